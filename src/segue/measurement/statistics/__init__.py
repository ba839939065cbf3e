"""Statistics in closed form: from counts, means and covariances to intervals and probabilities.

Pure functions of numbers: no files, no clock, no chance. Every result names its formula, a key of
``docs/reference/formulas.md``.
"""
