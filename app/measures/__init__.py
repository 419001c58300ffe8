"""Measures of offices and persons: fair comparison, reliability, change, alarms; `GET /v1/measures/…`."""
