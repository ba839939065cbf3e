"""Where the customer is in which journey: entry, exit, re-entry, and the steps in between.

Journeys only propose; arbitration disposes. Writes `Customer.enrollments` and nothing else.
"""
