"""Spreadsheets on the desk: upload, check, progress, what was refused."""
