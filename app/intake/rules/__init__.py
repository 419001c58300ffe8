"""Pure rules of the intake: credentials and quotas."""
