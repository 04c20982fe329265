"""Numbers in, numbers out: intervals, survival, causal contrasts, sensitivity.

This room knows no file, no database and no screen. Every function that can fail to know answers
with an `Unknown` and its reason; a wrong call raises ValueError.
"""
