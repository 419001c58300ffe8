"""Setting what is promised of services, and taking what is counted beside it; the codes are the directory's."""
