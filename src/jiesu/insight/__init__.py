"""Figures: what is counted, by which formula, from which rows, for whom."""
