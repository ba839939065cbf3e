"""Settings of `website`: it has none of its own."""

from segue.channels.settings import Settings as Base


class Settings(Base, frozen=True, kw_only=True):
    """Nothing to set."""
