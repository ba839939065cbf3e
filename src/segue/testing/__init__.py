"""Helpers for everybody's tests: builders, scenarios, conformance kits. Public."""
