"""The hash covers RFC 8785: what events hold is written just as that standard writes it."""

from __future__ import annotations

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from jiesu.cases.chain import canonical

KEYS = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES))
def test_events_are_written_as_the_standard_asks(data: dict[str, object]) -> None:
    assert canonical(data) == rfc8785.dumps(data)  # type: ignore[arg-type]
