"""Uplift: what an action adds for whom. Learners, how well they rank customers, and whether that is of any use."""
