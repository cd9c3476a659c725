"""From a notice that a step issues to the words that go out: what the case knows, put into the form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any

from jiesu import law
from jiesu.cases.draft import Composer, Draft, Rendered
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.facts import Data
from jiesu.cases.kinds import BRINGER, OPPOSITE, Kind
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.lawday import act_day
from jiesu.cases.lifecycle.table import Context
from jiesu.cases.models import Passage
from jiesu.cases.numbering import next_number
from jiesu.cases.telling import NoticeDraft
from jiesu.notices import NoticeError, NoticeFields, render
from jiesu.notices.numbering import bureau_abbreviation, document_number, is_numbered
from jiesu.notices.templates import template
from jiesu.people.ground import Ground
from jiesu.people.models import Staff
from jiesu.places.models import Organisation
from jiesu.places.queries import authority


def _name(draft: Draft, role: str | None) -> str | None:
    if role is None:
        return None
    parties = draft.state.parties(role)
    if not parties:
        return None
    name = draft.plain(parties[0].seq).get("name", "")
    return f"{name}等" if len(parties) > 1 and name else name or None


def notice_fields(
    draft: Draft,
    notice: NoticeDraft,
    data: Data,
    ctx: Context,
    *,
    bureau: Organisation,
    office: Organisation | None,
    staff: Callable[[Any], str | None],
) -> NoticeFields:
    """What the case knows that a notice may need; ``render`` picks what its form asks for."""
    state = draft.state
    kind = Kind(state.kind)
    mediation = state.last_clock("complaint.mediation")
    item = data.get("item")
    values: dict[str, Any] = {
        "bureau_name": bureau.name,
        "bureau_phone": bureau.phone or None,
        "bureau_address": bureau.address or None,
        "office_name": office.name if office else None,
        "office_phone": (office.phone or None) if office else None,
        "contact_person": staff(state.assignee),
        "case_number": state.number,
        "issued_on": ctx.on,
        "to": notice.to if notice.to != "reported" else "respondent",
        "addressee_name": draft.plain(notice.party).get("name") if notice.party else None,
        "received_on": (state.arrived_at or state.received_at).astimezone(SHANGHAI).date(),
        "accepted_on": mediation.started_at.astimezone(SHANGHAI).date() if mediation else None,
        "ground": data.get("ground"),
        "item": "42" if item == "fraud" else item,
        "commission": data.get("commission"),
        "session_at": data.get("starts_at"),
        "session_method": data.get("method"),
        "mediator": staff(data.get("mediator") or state.facts.mediator or state.assignee),
        "answer_by": data.get("answer_by"),
        "recovered": data.get("recovered"),
        "within_regulation": data.get("within_regulation"),
        "other_matter": data.get("matter") if isinstance(data.get("matter"), str) else None,
        "report_by": data.get("report_by"),
    }
    for element, name in TEXTS.items():
        text = draft.text(data.get(name)) if isinstance(data.get(name), dict) else ""
        if text and values.get(element) is None:
            values[element] = text
    if notice.form == "recusal":
        values["recused"], values["reasons"] = data.get("granted"), draft.text(data.get("reason"))
    if kind == Kind.COMPLAINT:
        values["complainant_name"] = _name(draft, BRINGER[kind])
        values["respondent_name"] = _name(draft, OPPOSITE[kind])
        values["matter"] = _matter(draft)
        if notice.form == "9":
            values["claims"] = _claims(draft)
    elif notice.to == "informant" or kind in (Kind.CONSULTATION, Kind.OTHER):
        values["matter"] = _matter(draft)
    duty = _duty(data.get("basis"), state.facts.subjects, ctx.on)
    if duty is not None:
        values["duty_law"], values["duty_article"] = duty
    return NoticeFields(**{k: v for k, v in values.items() if v is not None})


#: Element of a notice → field of the action whose words it takes.
TEXTS = {
    "reasons": "reasons",
    "competent": "competent",
    "earlier": "earlier",
    "items": "items",
    "session_place": "place",
    "bring": "bring",
    "terms": "terms",
    "result": "result",
    "reply": "reply",
    "advice": "advice",
    "note": "note",
}


def _matter(draft: Draft) -> str | None:
    """The summary as it stands inside a sentence: 关于……的投诉."""
    return draft.case.title.strip().rstrip("。！？!?.；;，,…") or None


def _claims(draft: Draft) -> str | None:
    """The demand as it was lodged; form 9 repeats it."""
    for row in draft.added:
        if isinstance(row, Passage) and row.purpose == "demand":
            return draft.texts[row.seq] or None
    stored = Passage.objects.filter(case_id=draft.case.pk, purpose="demand").order_by("-seq").first()
    return draft.text({"text": stored.seq}) or None if stored is not None else None


def _staff(pk: Any) -> str | None:
    if not pk:
        return None
    return Staff.objects.filter(pk=int(pk)).values_list("name", flat=True).first()


def _duty(key: Any, subjects: tuple[str, ...], on: date) -> tuple[str, str] | None:
    for subject in (*subjects, "any"):
        for duty in law.informant_duties(subject=subject, on=on):
            if duty.key == key:
                return duty.citation.instrument.title, duty.citation.article
    return None


@dataclass(frozen=True)
class Sources:
    """What a notice needs besides the case: the bureau and office, names of staff, the next document number."""

    bureau: Callable[[Draft], tuple[Organisation, Organisation | None]]
    staff: Callable[[Any], str | None]
    number: Callable[[int, str, int], int]


def composer(standing_on: Ground) -> Composer:
    """Puts the notices of one action into words, like ``compose_from``: organisations are those of the ground, and
    each person's name is read once.
    """

    def bureau(draft: Draft) -> tuple[Organisation, Organisation | None]:
        """The bureau in whose name notices go out, and the office to be contacted (order 121 art. 30)."""
        state = draft.state
        holder = standing_on.organisation(state.organisation or state.registered_by)
        office = standing_on.organisation(state.office) if state.office else None
        return authority(holder) or holder, office

    return partial(compose_from, Sources(bureau=bureau, staff=cache(_staff), number=next_number))


def compose_from(
    sources: Sources, draft: Draft, notice: NoticeDraft, data: Data, ctx: Context, *, body: bool = True
) -> Rendered:
    """The notice in words, with its number.

    Args:
        sources: where look-ups go; bulk remembers what it has read.
        body: False gives title and number alone.

    Raises:
        ActionError: where the form lacks something; the message says what.
    """
    bureau, office = sources.bureau(draft)
    number = ""
    if is_numbered(notice.form):
        serial = sources.number(bureau.pk, notice.form, ctx.on.year)
        number = document_number(
            bureau_abbreviation(division_code=bureau.division_code, name=bureau.name),
            notice.form,
            ctx.on.year,
            serial,
        )
    if not body:
        return Rendered(title=str(template(notice.form).title), body="", number=number)
    fields = notice_fields(draft, notice, data, ctx, bureau=bureau, office=office, staff=sources.staff)
    given = {**fields.given(), **({"number": number} if number else {})}
    try:
        rendered = render(notice.form, on=act_day(draft.state, ctx.on), fields=given)
    except NoticeError as error:
        raise ActionError(
            Code.GUARD_FAILED, str(error), data={"form": notice.form, "reason": str(error.code)}
        ) from error
    return Rendered(title=str(rendered.title), body=rendered.body, number=number, short=rendered.short)
