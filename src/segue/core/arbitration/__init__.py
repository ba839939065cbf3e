"""The gate, and the contact ledger it guards: consent, suppression, eligibility, quiet hours, caps, gaps.

One function, one order (`gate.Gate.judge`), run again at every release. Writes `Customer.contacts`.
"""
