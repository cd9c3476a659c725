"""Figures on the desk: reports for heads and supervisors."""
