"""Long-term value: learns from logged decisions what contacts bring now, and what they take of later."""

from segue.learning.long_term.fit import fit_long_term
from segue.learning.long_term.log import DecisionLog, LongTermSettings

__all__ = ["DecisionLog", "LongTermSettings", "fit_long_term"]
