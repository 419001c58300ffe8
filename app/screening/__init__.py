"""Screening: finds ratings that citizens may not have given, holds them back, and has an auditor decide."""
