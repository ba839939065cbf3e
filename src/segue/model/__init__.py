"""The vocabulary: frozen values that every other room speaks in.

Nothing here does I/O, reads a clock or draws a random number; GLOSSARY.md defines each word.
"""
