"""The people and cases of the case tests, and erasing, keys and gateways beside them."""

from __future__ import annotations

from tests.cases.conftest import assigned, bureau, handler_id, story, who

__all__ = ["assigned", "bureau", "handler_id", "story", "who"]
