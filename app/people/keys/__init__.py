"""Keys of machines as administrators deal with them: listing, making, ending."""
