"""Signing in through an agency's own OpenID provider, such as Keycloak."""
