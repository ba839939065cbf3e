"""One kind of step per file: its plan, how it is compiled, what it does on arrival and on events."""
