"""Segue decides, for every customer and across every channel, the next best action, or silence."""

__version__ = "0.1.0"
