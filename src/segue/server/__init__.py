"""The HTTP server: events in, decisions out, receipts and withdrawals back, and what an operator wants to see.

`serve` runs it, `app` is the table of its routes, and each other module is one group of them or one concern they share.
"""
