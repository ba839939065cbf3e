"""Measurement: reads the logs and says what happened, to people and to statistics. Never in the loop."""
