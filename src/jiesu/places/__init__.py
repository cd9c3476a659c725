"""Divisions of China and the organisations that work in them."""
