"""Served volumes: how many people each office, service and employee served on a day."""
