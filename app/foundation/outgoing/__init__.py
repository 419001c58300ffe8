"""What the service itself calls: which addresses it may, how they are looked up, and how long it waits."""
