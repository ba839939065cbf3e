"""Receptive hours: when a customer is usually there, and the best moment for them before a deadline."""
