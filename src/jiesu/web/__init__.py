"""Faces of the system: portal, desk, API. HTML and HTTP only; rules live below."""
