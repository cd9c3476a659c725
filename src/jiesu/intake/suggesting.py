"""The kind of what came in: as somebody has said it, else as it is suggested until a person confirms it."""

from __future__ import annotations

from typing import Protocol

from jiesu.cases.kinds import Kind
from jiesu.intake.forms import ContactForm


class KindSuggested(Protocol):
    """What a suggestion of the kind says."""

    @property
    def value(self) -> str: ...

    @property
    def mixed(self) -> bool: ...


class SuggestKind(Protocol):
    """Suggests the kind of a message; given from above, because suggestions are no part of taking in."""

    def __call__(
        self,
        text: str,
        *,
        demand: str | None = None,
        amount: int | None = None,
        respondent: str | None = None,
        said: str = "",
    ) -> KindSuggested: ...


def kind_of(form: ContactForm, amount: int | None, suggest_kind: SuggestKind | None) -> tuple[str, bool, str]:
    """Kind, whether somebody has said so, and whether the letter looks mixed.

    Args:
        amount: the sum in fen.
    """
    found = None
    if suggest_kind is not None and form.text:
        found = suggest_kind(
            form.text,
            demand=form.demand or None,
            amount=amount,
            respondent=form.respondent.name or None,
            said="" if form.kind == "auto" else form.kind,
        )
    mixed = "suggested" if found is not None and found.mixed else ""
    if form.kind != "auto":
        return form.kind, True, mixed
    # Until a person confirms it, the strictest candidate's clock runs: that of a complaint.
    return (found.value if found is not None else Kind.COMPLAINT.value), False, mixed
