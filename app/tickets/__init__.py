"""One-time tickets: issued at arrival, armed when the service happened, spent by one rating."""
