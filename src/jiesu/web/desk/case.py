"""The case page: whoever handles the case sees in ten seconds what is asked, what is due, and what may be done next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from jiesu.businesses.models import Business
from jiesu.cases import lawbook
from jiesu.cases.facts import CaseState
from jiesu.cases.kinds import BRINGER, OPPOSITE, Kind, LinkType, NationalStatus, PartyRole
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.choices import NOTICE_TITLES, ROLE_NAMES
from jiesu.cases.lifecycle.closing import BY_HAND, checklist
from jiesu.cases.lifecycle.common import CHANNELS, PROOFS
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.table import Context
from jiesu.cases.lifecycle.waiting import waits_for
from jiesu.cases.models import Case, Event, Message
from jiesu.cases.offering import Offered, offered
from jiesu.cases.queries import visible
from jiesu.intake.checking import INCOMPLETE
from jiesu.people import calendar, ground
from jiesu.people.access import record_access
from jiesu.people.models import AccessAct
from jiesu.people.visibility import Capacity, Part, capacities
from jiesu.triage.subject import subjects
from jiesu.web.desk.addresses import case_url
from jiesu.web.desk.casefile import CaseFile, message_body, plain_party, read
from jiesu.web.desk.clocks import account_of, case_chip, clock_rows
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.forms import keys_for
from jiesu.web.desk.frame import page, part
from jiesu.web.desk.suggestions import numbers_of, suggestion_lines
from jiesu.web.desk.timeline import entries, events_of
from jiesu.web.desk.words import next_act

RESULTS = {
    "reached": lazy("已联系上"),
    "no_answer": lazy("无人接听"),
    "wrong_number": lazy("号码有误"),
    "declined": lazy("拒绝沟通"),
}
CHANNEL_NAMES = dict(CHANNELS)
PROOF_NAMES = dict(PROOFS)


def part_of_role(role: str, kind: str) -> Part:
    """The part of the case that a party belongs to."""
    if role in (PartyRole.RESPONDENT, PartyRole.REPORTED):
        return Part.RESPONDENT
    return Part.INFORMANT if kind in (Kind.REPORT, Kind.LEAD) else Part.COMPLAINANT


def party_lines(file: CaseFile) -> list[dict[str, Any]]:
    """The parties, masked; each says whether its plain values may be revealed, and what it said to mediation."""
    said = file.state.facts.consents if file.may(Part.HISTORY) or file.may(Part.CONTENT) else {}
    return [
        {
            **row,
            "label": PartyRole(row["role"]).label,
            "may": file.may(part_of_role(row["role"], file.case.kind)),
            "consent": said.get(row["role"]),
            "opposite": row["role"] == OPPOSITE[Kind(file.case.kind)],
        }
        for row in file.children["party_rows"]
        if file.may(part_of_role(row["role"], file.case.kind))
        or row["role"] == OPPOSITE[Kind(file.case.kind)]
    ]


def opening_of(file: CaseFile, events: list[Event]) -> dict[str, Any]:
    """What was asked: facts, demand, day, as registered; nothing where the content is kept back."""
    if not file.may(Part.CONTENT):
        return {}
    first = next((e for e in events if e.type == "register"), None)
    given = first.data.get("in", {}) if first else {}
    return {
        "facts": file.text(given.get("facts")),
        "demand": file.text(given.get("demand")),
        "occurred_on": given.get("occurred_on", ""),
        "consent_disclosure": given.get("consent_disclosure"),
        "consent_commission": given.get("consent_commission"),
    }


def message_lines(file: CaseFile, events: list[Event]) -> dict[str, list[dict[str, Any]]]:
    """Notices with their proof, and the words exchanged with the citizen."""
    if not file.may(Part.CORRESPONDENCE):
        return {"notices": [], "talk": []}
    notices: list[dict[str, Any]] = []
    talk: list[dict[str, Any]] = []
    about_informant = file.may(Part.INFORMANT)
    for row in reversed(file.children["message_rows"]):
        if row["to_role"] == "informant" and not about_informant:
            continue
        status = Message.Status(row["status"])
        line = {
            **row,
            "status_label": status.label,
            "tone": {
                "proven": "green",
                "failed": "red",
                "void": "secondary",
                "sent": "orange",
                "queued": "orange",
            }.get(row["status"], "secondary"),
            "title": row["subject"] or NOTICE_TITLES.get(row["form"], row["form"]),
            "to": ROLE_NAMES.get(row["to_role"], row["to_role"]),
            "proof_label": PROOF_NAMES.get(row["proof"], row["proof"]),
            "channel_label": CHANNEL_NAMES.get(row["channel"], row["channel"]),
            "unproven": row["required"] and row["status"] not in ("proven", "void"),
        }
        (talk if row["form"] == "message" else notices).append(line)
    return {"notices": notices, "talk": talk}


def link_lines(file: CaseFile, seen: frozenset[int]) -> list[dict[str, Any]]:
    """Links to cases that the reader may see; of others not even the number."""
    return [
        {
            **row,
            "label": LinkType(row["type"]).label,
            "url": case_url("desk:case", row["other_id"]),
        }
        for row in file.children["link_rows"]
        if int(row["other_id"]) in seen
    ]


def seen_links(request: DeskRequest, file: CaseFile) -> frozenset[int]:
    """Numbers of linked cases that the reader may see; a query only where there are links."""
    others = [int(row["other_id"]) for row in file.children["link_rows"]]
    for row in file.children["suggestion_rows"]:
        others += numbers_of(row)
    if not others:
        return frozenset()
    return frozenset(visible(request.actor).filter(pk__in=others).values_list("pk", flat=True))


#: Which main action stands first: what the law waits for, before what ends the case.
FIRST = ("decide_recusal", "confirm_kind", "route", "assign", "accept", "record_session", "schedule_session", "notify",
         "ask_consent", "record_consent", "record_verification", "agree", "answer", "inform_informant", "close",
         "file_case")  # fmt: skip


def _rank(offer: Offered, state: CaseState) -> int:
    """Place of a main action among the others."""
    facts = state.facts
    if offer.action == "notify" and state.unproven():
        return -1
    if offer.action == "ask_consent" and (
        facts.consents or any(n.form == "consent" for n in facts.notices.values())
    ):
        return len(FIRST)
    return FIRST.index(offer.action) if offer.action in FIRST else len(FIRST) + 1


def action_groups(offers: list[Offered], file: CaseFile) -> list[dict[str, Any]]:
    """Buttons by group; the main ones first, the one that the law waits for at their head."""
    number = file.case.pk
    offers = sorted(offers, key=lambda o: _rank(o, file.state) if o.group == "main" else 0)
    keys = keys_for(offers)
    titles = {"main": "", "daily": _("日常"), "more": _("其他")}
    found: list[dict[str, Any]] = []
    for group, title in titles.items():
        buttons = [
            {
                "offer": o,
                "label": _("拟办：%(what)s") % {"what": o.label} if o.propose else o.label,
                "url": case_url("desk:act", number, o.action),
                "key": keys.get(o.action, ""),
                "primary": group == "main" and place == 0,
            }
            for place, o in enumerate(
                o for o in offers if o.group == group and o.action not in ("approve", "reject")
            )
        ]
        if buttons:
            found.append({"group": group, "title": title, "buttons": buttons})
    return found


@desk()
def case(request: DeskRequest, number: int) -> HttpResponse:
    """One case."""
    actor = request.actor
    file = read(number, actor=actor)
    if file.case.kind in (Kind.REPORT, Kind.LEAD) and file.may(Part.CONTENT):
        record_access(actor=actor, act=AccessAct.OPEN_REPORT, at=request.now, case_id=file.case.pk)
    standing_on = ground.entered(request.staff)
    days = standing_on.calendar
    offers = offered(
        file.case, file.state, actor, request.now, participants=file.standing, standing_on=standing_on
    )
    seen = seen_links(request, file)
    history = file.may(Part.HISTORY) or file.may(Part.CONTENT)
    events = events_of(file.case.pk) if history else []
    ctx = Context(at=request.now, actor=actor.staff_id, authority=actor.authority_id, party=None, seq=0,
                  calendar=days, options={})  # fmt: skip
    closing = any(o.action == "close" for o in offers)
    context: dict[str, Any] = {
        "title": _("%(kind)s %(number)s") % {"kind": file.case.get_kind_display(), "number": file.case.pk},
        "file": file,
        "case": file.case,
        "number": str(file.case.pk),
        "chip": case_chip(file.case, now=request.now, calendar=days),
        "next": next_act(file.case),
        "parties": party_lines(file),
        "opening": opening_of(file, events),
        "shows": {p.value: file.may(p) for p in Part},
        "clocks": clock_rows(file.state.clocks, now=request.now, calendar=days)
        if file.may(Part.CLOCKS)
        else [],
        "groups": action_groups(offers, file),
        "proposals": proposal_lines(file, offers),
        "timeline": entries(file, events, seen=seen, actor_id=actor.staff_id) if history else [],
        "contacts": contact_lines(file),
        "files": file_lines(file),
        "links": link_lines(file, seen),
        "suggestions": suggestion_lines(file, seen, request.now.astimezone(SHANGHAI).date())
        if offers
        else [],
        "ticks": checklist(file.state, ctx) if closing else None,
        "waits": waits_for(file.state),
        "by_hand": [field.label for field in BY_HAND],
        "incomplete": [INCOMPLETE.get(code, code) for code in file.state.facts.incomplete],
        "may_verify": actor.has("auditor"),
        "may_build": actor.has("legal", "head") and Capacity.HANDLING in capacities(file.standing, actor),
        "flags": flag_words(file),
        "national": NationalStatus(file.case.national_status).label,
        "subject": dict(subjects()).get(file.case.subject, file.case.subject),
        "bringer": BRINGER[Kind(file.case.kind)],
        "has_business": file.case.business_id and file.may(Part.RESPONDENT),
        **message_lines(file, events),
    }
    return page(request, "desk/case.html", context, current="desk:queue")


def flag_words(file: CaseFile) -> list[str]:
    """Special marks of the case in words."""
    row = table(file.case.kind).rows.get("flag")
    labels = dict(row.fields[0].choices) if row and not isinstance(row.fields[0].choices, str) else {}
    return [str(labels.get(f, f)) for f in file.state.facts.flags]


def proposal_lines(file: CaseFile, offers: list[Offered]) -> list[dict[str, Any]]:
    """Decisions that wait for the responsible head."""
    decides = {o.action for o in offers}
    rows = table(file.case.kind).rows
    found = []
    for seq, proposal in sorted(file.state.facts.proposals.items()):
        row = rows.get(proposal.action)
        at = next((p["proposed_at"] for p in file.children["proposal_rows"] if p["seq"] == seq), None)
        found.append(
            {
                "seq": seq,
                "label": row.label if row else proposal.action,
                "at": at,
                "may_decide": "approve" in decides,
                "url": case_url("desk:proposal", file.case.pk, seq),
            }
        )
    return found


def contact_lines(file: CaseFile) -> list[dict[str, Any]]:
    """The contact log."""
    if not file.may(Part.CORRESPONDENCE):
        return []
    texts = file.read_texts() if file.children["contact_rows"] else {}
    return [
        {
            **row,
            "to": ROLE_NAMES.get(row["to_role"], row["to_role"]),
            "channel_label": CHANNEL_NAMES.get(row["channel"], row["channel"]),
            "result_label": RESULTS.get(row["result"], row["result"]),
            "text": texts.get(row["passage_seq"] or 0, ""),
        }
        for row in reversed(file.children["contact_rows"])
    ]


def file_lines(file: CaseFile) -> list[dict[str, Any]]:
    """Files that the reader may open."""
    if not file.may(Part.FILES):
        return []
    # Restricted papers name the informant, or the report beside a complaint.
    secret = file.may(Part.INFORMANT)
    return [
        {**row, "url": case_url("desk:file", file.case.pk, row["seq"]),
         "picture": row["content_type"].startswith("image/")}
        for row in file.children["file_rows"]
        if not row["restricted"] or secret
    ]  # fmt: skip


@desk()
def clock(request: DeskRequest, number: int, seq: int) -> HttpResponse:
    """The account of one clock, day by day."""
    file = read(number, actor=request.actor, children=False)
    fact = next((c for c in file.state.clocks if c.seq == seq), None)
    if fact is None or not file.may(Part.CLOCKS):
        raise Http404
    try:
        days = calendar.at_version(fact.calendar_version)
    except KeyError:
        days = calendar.current()
    return part(request, "desk/parts/clock_account.html", {"lines": account_of(fact, days), "clock": fact})


@desk()
@require_POST
def reveal(request: DeskRequest, number: int, seq: int) -> HttpResponse:
    """The plain name, telephone and address of a party; the look is recorded first."""
    file = read(number, actor=request.actor)
    row = next((p for p in file.children["party_rows"] if p["seq"] == seq), None)
    if row is None or not file.may(part_of_role(row["role"], file.case.kind)):
        raise Http404
    record_access(
        actor=request.actor,
        act=AccessAct.REVEAL,
        at=request.now,
        case_id=file.case.pk,
        detail={"party": seq, "role": row["role"]},
    )
    plain = plain_party(file, seq)
    labels = {
        "name": _("姓名或者名称"),
        "phone": _("电话"),
        "address": _("地址"),
        "id_number": _("证件号码"),
        "email": _("邮箱"),
    }
    lines = [(label, plain[key]) for key, label in labels.items() if plain.get(key)]
    return part(request, "desk/parts/party_plain.html", {"lines": lines, "row": row})


@desk()
def message(request: DeskRequest, number: int, seq: int) -> HttpResponse:
    """The words of one notice or message."""
    file = read(number, actor=request.actor)
    row = next((m for m in file.children["message_rows"] if m["seq"] == seq), None)
    if row is None or not file.may(Part.CORRESPONDENCE):
        raise Http404
    if row["to_role"] == "informant" and not file.may(Part.INFORMANT):
        raise Http404
    return part(request, "desk/parts/message_body.html", {"body": message_body(file, seq), "row": row})


@desk()
def respondent(request: DeskRequest, number: int) -> HttpResponse:
    """The respondent's file: licence, contact person, complaints in twelve months that the reader may see."""
    file = read(number, actor=request.actor, children=False)
    if not file.case.business_id or not file.may(Part.RESPONDENT):
        raise Http404
    business = Business.objects.filter(pk=file.case.business_id).first()
    since = request.now - timedelta(days=365)
    # Complaints only: a count that held reports would tell that there are some.
    others = visible(request.actor).filter(
        business_id=file.case.business_id, kind=Kind.COMPLAINT, registered_at__gte=since
    )
    latest: list[Case] = list(others.exclude(pk=file.case.pk).order_by("-registered_at")[:5])
    return part(
        request,
        "desk/parts/respondent.html",
        {
            "business": business,
            "count": others.count(),
            "latest": latest,
            "article": lawbook.cited("accept", request.now.date()),
        },
    )
