"""Conformance kits: what every store, channel and source has to do, as numbered cases."""
