"""Counts kept for the figures: by day and holder, and rolled up by region, month and year."""
