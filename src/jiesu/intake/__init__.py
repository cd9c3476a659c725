"""Contacts become cases: what came in is kept once, and each matter in it gets a case of its own."""
