"""The HTTP interface under ``/api/v1``: JSON in, JSON out, no rules of its own."""
