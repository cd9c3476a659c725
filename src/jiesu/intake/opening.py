"""From a checked form to the openings of its cases: who takes part in which capacity, and with which words."""

from __future__ import annotations

from collections.abc import Sequence

from jiesu.businesses.models import BusinessKind
from jiesu.businesses.naming import Named
from jiesu.cases.kinds import BRINGER, OPPOSITE, Kind, PartyRole
from jiesu.cases.opening import Opening, PartyInput
from jiesu.intake.checking import Checked
from jiesu.intake.forms import Agent, ContactForm, Person, Respondent

#: Role of a party when a case goes on as a case of another kind: whoever brought it in brings it in again.
BRINGERS = frozenset(role for role in BRINGER.values() if role is not None)
OPPOSITES = frozenset(OPPOSITE.values())


def role_in(kind: str, role: str) -> str | None:
    """The role that a party of one kind of case has in another; None where it has none (a lead has no informant).

    >>> role_in("report", "complainant"), role_in("lead", "complainant"), role_in("lead", "respondent")
    ('informant', None, 'reported')
    """
    if role in BRINGERS:
        bringer = BRINGER[Kind(kind)]
        return bringer.value if bringer is not None else None
    if role in OPPOSITES:
        return OPPOSITE[Kind(kind)].value
    return role if kind != Kind.LEAD else None


def parties(form: ContactForm, kind: str, *, business_id: int | None) -> tuple[PartyInput, ...]:
    """The parties of one case of this kind.

    The agent is told in place of the complainant once the authorisation is complete (order 121 art. 11), the
    representatives in place of those who chose them (art. 12).
    """
    bringer = BRINGER[kind]
    people = list(form.people) if bringer is not None else []
    if kind == Kind.REPORT and form.anonymous:
        people = [hidden for p in people if (hidden := p.unnamed()).given]
    found: list[PartyInput] = []
    agent_at = len(people) if form.agent.given and people else None
    spokesman = agent_at if _may_be_told(form.agent) else None
    if spokesman is None and len(people) > 1:
        spokesman = next((n for n, p in enumerate(people) if p.representative and _reachable(p)), None)
    for position, person in enumerate(people):
        found.append(
            PartyInput(
                role=bringer.value if bringer else "",
                name=person.name,
                phone=person.phone,
                address=person.address,
                id_type=person.id_type,
                id_number=person.id_number,
                email=person.email,
                capacity="representative" if person.representative and len(people) > 1 else "",
                represented_by=spokesman if spokesman not in (None, position) else None,
            )
        )
    if agent_at is not None:
        found.append(_agent(form.agent))
    if form.respondent.given:
        found.append(_respondent(form.respondent, OPPOSITE[kind].value, business_id))
    return tuple(found)


def opening_of(
    checked: Checked,
    *,
    kind: str,
    confirmed: bool,
    mixed: str,
    registered_by: int,
    division: str,
    contact: int,
    business: int | None,
    number: int | None = None,
    parties: tuple[PartyInput, ...] = (),
    title: str = "",
) -> Opening:
    """What a case of this kind starts with, of a contact.

    Args:
        division: six digits of the registering centre, for the number.
        contact, business: their keys.
        number, parties, title: where they are known already.
    """
    form = checked.form
    return Opening(
        kind=kind,
        channel=form.channel,
        registered_by=registered_by,
        division=division,
        received_at=checked.received_at,
        parties=parties,
        text=form.text,
        title=title,
        number=number,
        demand=form.demand,
        occurred_on=form.occurred_on,
        amount=checked.amount,
        subject=form.subject,
        contact_id=contact,
        anonymous=form.anonymous,
        confirmed=confirmed,
        incomplete=checked.incomplete,
        mixed=mixed,
        external_number=form.external_number,
        service_due=form.service_due,
        consent_disclosure=form.consent_disclosure,
        consent_commission=form.consent_commission,
        business_id=business,
    )


def named_business(form: ContactForm) -> Named | None:
    """The business that a contact is about, where it can be told from others: by credit code, or name and address."""
    respondent = form.respondent
    name = respondent.name or respondent.platform
    address = respondent.address or respondent.platform_address
    if not name or not (respondent.unified_credit_code or address):
        return None
    return Named(
        name=name[:200],
        unified_credit_code=respondent.unified_credit_code,
        address=address[:300],
        phone=respondent.phone[:40],
        kind=_kind(respondent),
        shop_name=respondent.name[:200] if respondent.platform else "",
        shop_url=respondent.shop_url[:500],
        platform=respondent.platform[:200],
    )


def _kind(respondent: Respondent) -> str:
    """A shop on a platform, the platform itself, or a business that has nothing to do with one."""
    if not respondent.platform:
        return BusinessKind.MERCHANT
    return BusinessKind.SHOP if respondent.name else BusinessKind.PLATFORM


def _reachable(person: Person) -> bool:
    return bool(person.phone or person.address or person.email)


def _may_be_told(agent: Agent) -> bool:
    return agent.given and agent.authorised and bool(agent.phone or agent.address)


def _agent(agent: Agent) -> PartyInput:
    extra = {"matter": agent.matter, "powers": agent.powers, "period": agent.period}
    return PartyInput(
        role=PartyRole.AGENT.value,
        name=agent.name,
        phone=agent.phone,
        address=agent.address,
        id_type=agent.id_type,
        id_number=agent.id_number,
        capacity="agent",
        extra={k: v for k, v in extra.items() if v},
    )


def _respondent(respondent: Respondent, role: str, business_id: int | None) -> PartyInput:
    extra = {
        "unified_credit_code": respondent.unified_credit_code,
        "platform": respondent.platform,
        "platform_address": respondent.platform_address,
        "shop_url": respondent.shop_url,
    }
    return PartyInput(
        role=role,
        name=respondent.name or respondent.platform,
        phone=respondent.phone,
        address=respondent.address or respondent.platform_address,
        business_id=business_id,
        extra={k: v for k, v in extra.items() if v},
    )


def title_words(texts: Sequence[str]) -> str:
    """First words that say anything, for the case's one line; the core masks and cuts them."""
    return next((t for t in texts if t.strip()), "")
