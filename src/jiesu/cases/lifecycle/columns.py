"""How an action changes the case's own columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle.table import Context


def arrival(case: CaseState, data: Data, ctx: Context) -> datetime:
    """When the case reached the competent bureau as a legal person (order 121 art. 15).

    Where the centre that registered it belongs to that bureau, its receipt is the bureau's receipt, whatever was
    entered; assigning inside a bureau never restarts anything.
    """
    own = int(data["organisation"]) in (ctx.authority, case.facts.receiving)
    if own or ctx.options.get("receipt.starts") == "received":
        return case.received_at
    if data.get("arrived_at"):
        return datetime.fromisoformat(data["arrived_at"])
    return ctx.at


def routed(case: CaseState, data: Data, ctx: Context) -> dict[str, Any]:
    return {
        "organisation": int(data["organisation"]),
        "office": int(data["office"]) if data.get("office") else None,
        "assignee": None,
        "arrived_at": arrival(case, data, ctx),
    }


def returned(case: CaseState, data: Data, ctx: Context) -> dict[str, Any]:
    return {"organisation": None, "office": None, "assignee": None, "arrived_at": None}


def assigned(case: CaseState, data: Data, ctx: Context) -> dict[str, Any]:
    return {
        "office": int(data["office"]) if data.get("office") else case.office,
        "assignee": int(data["staff"]) if data.get("staff") else None,
    }


def taken_over(case: CaseState, data: Data, ctx: Context) -> dict[str, Any]:
    return {"organisation": ctx.authority, "office": None, "assignee": None}


def designated(case: CaseState, data: Data, ctx: Context) -> dict[str, Any]:
    organisation = int(data["organisation"])
    if organisation == case.organisation:
        return {}
    return {"organisation": organisation, "office": None, "assignee": None}


def recovered(case: CaseState, data: Data, ctx: Context) -> dict[str, Any]:
    return {"recovered": data.get("recovered", case.recovered)}


def national(case: CaseState, data: Data, ctx: Context) -> dict[str, Any]:
    return {"national_status": data["status"]}


def kind(case: CaseState, data: Data, ctx: Context) -> dict[str, Any]:
    return {"kind": data["kind"]}


def subject(case: CaseState, data: Data, ctx: Context) -> dict[str, Any]:
    return {"subject": data.get("subject") or case.subject}


def anonymous_parties(case: CaseState, data: Data, ctx: Context) -> dict[str, Any]:
    return {
        "anonymous": bool(data.get("anonymous")),
        "subject": data.get("category") or "",
        "national_status": data.get("national_status") or "to_enter",
    }


def undecided(case: CaseState, data: Data, ctx: Context) -> dict[str, Any]:
    """The decision is gone and with it its outcome; the chain keeps both."""
    return {"outcome": "", "decided_at": None, "recovered": None}
