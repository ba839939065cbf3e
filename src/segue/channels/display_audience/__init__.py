"""Audiences for display, search and social platforms, as files that they import: hashed identifiers, removals first."""
