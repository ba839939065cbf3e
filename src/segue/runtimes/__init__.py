"""Runtimes: hosts of the engine. They own time, storage and delivery; what is decided, the engine decides."""
