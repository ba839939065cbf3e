"""Stores: one package for each medium that can hold the log. Each passes `segue.testing.conformance.store`."""
