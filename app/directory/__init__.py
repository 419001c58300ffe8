"""Who and where: agencies, offices, services, counters, employees, postings and the duty roster."""
