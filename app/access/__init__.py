"""Who may do what: principals, keys, scopes and the audit trail."""
