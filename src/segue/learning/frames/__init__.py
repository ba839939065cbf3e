"""Frames: the log as arrays to learn from, one row for each decision that had a choice, with what came of it.

`read_frame` joins decisions and rewards in SQL and hands numpy columns out; nothing is learnt here.
"""

from segue.learning.frames.frame import Frame
from segue.learning.frames.histories import Happened, read_happened, read_trait
from segue.learning.frames.options import Option, Options
from segue.learning.frames.reading import TABLES, read_frame

__all__ = ["TABLES", "Frame", "Happened", "Option", "Options", "read_frame", "read_happened", "read_trait"]
