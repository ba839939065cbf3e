"""Channels: where commands go. Each folder is one channel; `registry` finds and opens them, `manifest` says what each
can do.
"""
