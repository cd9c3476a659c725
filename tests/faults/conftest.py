"""A whole installation in a folder of its own, with everything that ``jiesu up`` runs."""

from __future__ import annotations

from tests.config.test_up import installation

__all__ = ["installation"]
