"""What hangs between cases and between floors: linked cases, suggestions. Thin calls of the floors below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jiesu.cases.act import Acted
from jiesu.intake.links import complete_links


def complete(done: Acted, *, now: datetime) -> None:
    """Lets the other side of new links follow at once, so that the person can go there.

    What cannot be completed now stays pending; the sweep repeats it.
    """
    if not done.repeated and (done.created or any(link for link in done.state.facts.links)):
        complete_links(done.case.pk, at=now)


def suggested_prefills(suggestion: dict[str, Any]) -> dict[str, str]:
    """Starting values that a suggestion gives to forms."""
    value = suggestion["value"]
    if suggestion["topic"] == "bureau":
        picked = value if isinstance(value, dict) else {"organisation": value}
        found = {"suggested_bureau": str(picked.get("organisation") or picked.get("organisation_id") or "")}
        if picked.get("office"):
            found["suggested_office"] = str(picked["office"])
        return {k: v for k, v in found.items() if v}
    if suggestion["topic"] in ("kind", "subject"):
        key = suggestion["topic"]
        picked_value = (
            value.get("value") or value.get(key) or value.get("code") if isinstance(value, dict) else value
        )
        return {key: str(picked_value)} if picked_value else {}
    return {}
