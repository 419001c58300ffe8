"""Screening: finds ratings that citizens probably did not give, holds them back, and has an auditor decide."""
