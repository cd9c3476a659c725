"""Suggestions with reasons: kind, subject, bureau, duplicates, art. 17 factors, urgency. People decide."""
