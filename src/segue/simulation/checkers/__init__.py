"""Checkers: one for each invariant of ARCHITECTURE.md. Each reads only what a simulation left behind (`evidence`): the
log, the providers' log, what clients were told, the workspace. What a checker yields is a sentence about what is wrong.
"""
