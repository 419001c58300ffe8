"""What every room stands on: settings, database, ids, clock, problems, telemetry, translations."""
