"""Where ratings come in: with a key, with a ticket, with neither; quotas; what citizens see before they rate."""
