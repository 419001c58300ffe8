"""Intake of ratings: with a key, with a ticket, with neither; quotas; what citizens are shown before they rate."""
