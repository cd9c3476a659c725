"""Businesses complained about: merchants, platforms, shops, and their credit codes."""
