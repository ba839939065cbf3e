"""The pure core: `engine.advance` and the stages it runs. No I/O, no clock, no randomness of its own."""
