"""Shared quantities, folded: capacities and their shadow prices, entry rates, the outlook on offers, receptive hours."""
