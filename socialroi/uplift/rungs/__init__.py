"""The rungs of the ladder, strongest first: one module each, with what is particular about it.

chance (R), answered (A), speed (A') look at the same messages and may speak of effects; buyers (B) and
first_answers (C) describe, by way of context; ever (D) is the raw gap.
"""
