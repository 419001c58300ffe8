"""What figures mean: fair comparison, reliability, change, alarms; `GET /v1/measures/…`."""
