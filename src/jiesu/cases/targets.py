"""Whom and what an action names: only staff, organisations and cases that it may name.

The tables are pure and know numbers only; here the database says what stands behind them. ``bulk`` does not ask: who
writes histories answers for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from jiesu.cases.errors import ActionError, Code
from jiesu.cases.facts import CaseState, Data
from jiesu.cases.kinds import Kind, State
from jiesu.cases.lifecycle.guards import SEPARATORS
from jiesu.cases.models import Participant
from jiesu.cases.queries import visible
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.places.models import Organisation, OrganisationType
from jiesu.places.queries import IN_LINE, authority, common_superior

#: A report into which another may be merged has not been decided yet (order 121 art. 35).
UNDECIDED = frozenset({State.REGISTERED.value, State.ROUTED.value, State.VERIFYING.value})
MEDIATING_BODIES = frozenset({OrganisationType.COUNCIL.value, OrganisationType.PARTNER.value})
#: On filing, officers with the qualification to enforce are named (Penalty Procedure art. 19(2)).
QUALIFIED = frozenset({"file_case"})


@dataclass(frozen=True)
class Asked:
    """The case before the action, its fields, and who acts."""

    action: str
    case: CaseState
    data: Data
    actor: Actor

    def number(self, name: str) -> int | None:
        value = self.data.get(name)
        return int(value) if value not in (None, "") else None

    @property
    def bureau(self) -> int:
        return self.case.organisation or self.case.registered_by


def check_targets(action: str, case: CaseState, data: Data, *, actor: Actor) -> None:
    """Refuses an action that names somebody or something it may not name.

    Raises:
        ActionError: ``fields_invalid`` with a message for the field at fault.
    """
    test = CHECKS.get(action)
    if test is not None:
        test(Asked(action, case, data, actor))


def _bad(field: str, message: str) -> ActionError:
    return ActionError(Code.FIELDS_INVALID, message, fields={field: message})


def _organisation(asked: Asked, name: str) -> Organisation | None:
    number = asked.number(name)
    if number is None:
        return None
    found = Organisation.objects.select_related("parent__parent").filter(pk=number, is_active=True).first()
    if found is None:
        raise _bad(name, _("没有这个机构，请重新选择。"))
    return found


def _bureau(asked: Asked, name: str) -> Organisation | None:
    found = _organisation(asked, name)
    if found is not None and found.type != OrganisationType.BUREAU:
        raise _bad(name, _("请选择市场监督管理局，不能选择其内设或者派出机构。"))
    return found


def _inside(asked: Asked, name: str, bureau: int) -> None:
    """An office or section of the bureau: assigning never leaves the legal person."""
    found = _organisation(asked, name)
    if found is None or found.pk == bureau:
        return
    own = authority(found)
    if found.type not in IN_LINE or own is None or own.pk != bureau:
        raise _bad(name, _("只能选择本局的机构。"))


def _staff(asked: Asked, name: str, *, bodies: tuple[int, ...]) -> None:
    """Staff of the bureau itself, its offices and sections, or of a body named besides."""
    number = asked.number(name)
    if number is None:
        return
    inside = Q(organisation_id__in=bodies) | Q(
        organisation__parent_id__in=bodies, organisation__type__in=sorted(IN_LINE - {OrganisationType.BUREAU})
    )
    if not Staff.objects.filter(inside, pk=number, is_active=True).exists():
        raise _bad(name, _("请选择本局在职人员。"))


def _route(asked: Asked) -> None:
    bureau = _bureau(asked, "organisation")
    if bureau is not None:
        _inside(asked, "office", bureau.pk)


def _assign(asked: Asked) -> None:
    _inside(asked, "office", asked.bureau)
    _staff(asked, "staff", bodies=(asked.bureau,))


def _mediator(asked: Asked) -> None:
    body = asked.case.facts.commissioned
    _staff(asked, "mediator", bodies=(asked.bureau, body) if body else (asked.bureau,))


def _commission(asked: Asked) -> None:
    body = _organisation(asked, "organisation")
    if body is not None and body.type not in MEDIATING_BODIES:
        raise _bad("organisation", _("只能委托消费者协会或者依法成立的其他调解组织。"))


def _assist(asked: Asked) -> None:
    if asked.number("organisation") == asked.bureau:
        raise _bad("organisation", _("本局内部用“指派”，不用协办。"))
    _organisation(asked, "organisation")


def _dispute(asked: Asked) -> None:
    _bureau(asked, "other")


def _designate(asked: Asked) -> None:
    _bureau(asked, "organisation")


def _refer(asked: Asked) -> None:
    """The common superior of the two that disagree designates (order 121 art. 33)."""
    superior = _bureau(asked, "superior")
    own = Organisation.objects.select_related("parent__parent").get(pk=asked.bureau)
    other = _disputing(asked)
    if superior is None or other is None:
        return
    common = common_superior(own, other)
    if common is None or common.pk != superior.pk:
        raise _bad("superior", _("应当报请双方共同的上一级市场监督管理部门指定。"))


def _disputing(asked: Asked) -> Organisation | None:
    """The other bureau of the dispute under way."""
    rows = Participant.objects.filter(case_id=asked.case.number, capacity="disputing", until=None)
    return Organisation.objects.filter(pk__in=rows.values("organisation_id")).first()


def _officers(asked: Asked) -> None:
    """Officers of the bureau, by account: events hold no names."""
    rows = Staff.objects.filter(
        Q(organisation_id=asked.bureau) | Q(organisation__parent_id=asked.bureau),
        pk__in=[int(part) for part in _listed(asked.data)],
        is_active=True,
    )
    found = dict(rows.values_list("pk", "certificate_number"))
    if len(found) < len(set(_listed(asked.data))):
        raise _bad("officers_named", _("请从本局人员中选择。"))
    if asked.action in QUALIFIED and not all(found.values()):
        raise _bad("officers_named", _("办案人员应当具有行政执法资格，请选择有执法证的人员。"))


def _listed(data: Data) -> list[str]:
    return [part for part in SEPARATORS.split(str(data.get("officers_named") or "")) if part]


def known_officers(case: CaseState, data: Data) -> Data:
    """The fields with officers by account number: a name typed instead is looked up in the bureau.

    Raises:
        ActionError: nobody or more than one person in the bureau has that name.
    """
    listed = _listed(data)
    names = [part for part in listed if not part.isdigit()]
    if not names:
        return data
    bureau = case.organisation or case.registered_by
    rows = Staff.objects.filter(
        Q(organisation_id=bureau) | Q(organisation__parent_id=bureau), name__in=names, is_active=True
    ).values_list("name", "pk")
    found = dict(rows)
    if len(found) < len(set(names)) or len(rows) > len(found):
        raise _bad("officers_named", _("请从本局人员中选择。"))
    return {**data, "officers_named": ",".join(p if p.isdigit() else str(found[p]) for p in listed)}


def _other(kind: Kind) -> Callable[[Asked], None]:
    """Another case of a kind that the actor may see; a hidden one is as good as none."""

    def test(asked: Asked) -> None:
        number = asked.number("other")
        seen = visible(asked.actor).filter(pk=number or 0, kind=kind).exclude(pk=asked.case.number)
        if not seen.exists():
            raise _bad("other", _("没有找到先前的%(label)s，请核对编号。") % {"label": kind.label})

    return test


CHECKS: dict[str, Callable[[Asked], None]] = {
    "route": _route,
    "refer_internal": _route,
    "assign": _assign,
    "reassign": _assign,
    "schedule_session": _mediator,
    "decide_recusal": _mediator,
    "commission": _commission,
    "request_assistance": _assist,
    "dispute_jurisdiction": _dispute,
    "settle_dispute": _designate,
    "designate_jurisdiction": _designate,
    "refer_dispute": _refer,
    "record_verification": _officers,
    "file_case": _officers,
    "link_duplicate": _other(Kind.COMPLAINT),
    "join_duplicate": _other(Kind.COMPLAINT),
    "close_repeat": _other(Kind.REPORT),
    "merge_repeat": _other(Kind.REPORT),
}
