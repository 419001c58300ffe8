"""The satisfaction survey (SKM) beside a period's reports: results, plans, publications."""
