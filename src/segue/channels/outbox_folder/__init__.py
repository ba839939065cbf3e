"""Messages as files, for development: what would have been sent, to look at. A file's name is its delivery id."""
