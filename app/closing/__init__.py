"""Closing a period: drafts, replies, revisions, final documents."""
