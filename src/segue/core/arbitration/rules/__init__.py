"""One contact rule per file: a pure function from the candidate's circumstances to a verdict, None for a pass."""
