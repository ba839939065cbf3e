"""Learning: reads the logs, trains, evaluates, and publishes models in a new World revision. Never in the loop."""
