"""Fitted markets: a market made from a workspace's own log, judged on a later part of it: what would a change do?

docs/concepts/fitted-markets.md has the model and its sources; docs/guides/what-if.md is for those who ask.
"""
