"""What is promised and not yet done: held candidates, messages in flight and their retries, memberships.

Turns a decision into commands. Writes `Customer.outbox` and nothing else.
"""
