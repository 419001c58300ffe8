"""The desk: the pages of whoever signs in. A page is a list of blocks; what it shows comes from the other rooms."""
