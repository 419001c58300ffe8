"""What figures mean: fair comparison, reliability, change, alarms. Pure functions from counts to values."""
