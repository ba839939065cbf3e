"""Load over HTTP from a process of its own: `open_loop` sends on schedule, whatever the answers do."""
