"""The workspace: a folder in git in which a team declares what Segue may do. `load` reads it, `check` finds every
mistake in it and says where it is and what to do.
"""

from segue.workspace.findings import Finding
from segue.workspace.loading import LoadedWorkspace, check, load, read

__all__ = ["Finding", "LoadedWorkspace", "check", "load", "read"]
