"""Lifetime value from orders alone: how often customers will buy again (BG/NBD) and for how much (Gamma-Gamma)."""
