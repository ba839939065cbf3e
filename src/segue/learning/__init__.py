"""Learning: reads the logs, trains, evaluates, and publishes models in a new revision of the World. Never in the loop."""
