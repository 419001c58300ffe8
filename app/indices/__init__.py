"""Indices of counted answer sheets: exact official figures with intervals; `GET /v1/indices`."""
