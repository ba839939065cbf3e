"""Protocols that the shell's parts provide to each other: store, channel, source. Nothing here is implemented."""
