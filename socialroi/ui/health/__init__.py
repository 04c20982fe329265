"""How good the loaded data are, what that does to the numbers, and whether our totals are yours."""
