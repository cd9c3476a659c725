"""Forms of actions: from the fields of a life-cycle row to what the templates show, and back to raw values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from jiesu.cases.errors import ActionError, Code
from jiesu.cases.facts import CaseState
from jiesu.cases.lifecycle.choices import resolve
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.lifecycle.fields import SHANGHAI, Choices, Field, Type
from jiesu.cases.offering import Offered
from jiesu.people.actors import Actor
from jiesu.triage.knowledge import Found
from jiesu.web.desk.choices import Known, offered

#: Yes/no questions that are a promise: ticked, or the action does not go on.
PROMISES = frozenset({*CHECKED, "same_informant"})
#: So many choices fit on the screen as buttons; more make a select.
FEW = 5
WIDE = frozenset({Type.TEXT, Type.MULTI})
FormField = dict[str, Any]
#: Names that would hide a property of the form element from the browser's scripts.
RENAMED = {"form": "form_of_record"}


def prefill(spec: Field, known: Known) -> str:
    """The starting value of a field."""
    if not spec.prefill:
        return ""
    local = known.now.astimezone(SHANGHAI)
    fixed = {
        "now": local.strftime("%Y-%m-%dT%H:%M"),
        "today": local.date().isoformat(),
        "kind": known.state.kind,
        "office": str(known.state.office or ""),
        "mediation": "mediation",
        "subject": known.state.subject,
    }
    return known.prefills.get(spec.prefill, fixed.get(spec.prefill, ""))


def choices_of(spec: Field, known: Known, action: str, on: datetime) -> Choices:
    """All choices of a field for this case on this day."""
    found = offered(known, spec, action)
    if found is not None:
        return found
    return resolve(spec, known.state, on.astimezone(SHANGHAI).date())


def form_field(
    spec: Field,
    known: Known,
    action: str,
    *,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> FormField | None:
    """One field as the templates take it; None where it has nothing to choose and is not required.

    Args:
        values: what was typed; None on the first showing, when starting values apply.
    """
    choices = choices_of(spec, known, action, known.now)
    chooses = spec.type in (Type.CHOICE, Type.MULTI, Type.STAFF, Type.ORGANISATION) or bool(spec.choices)
    if chooses and not choices and not spec.required:
        return None
    value: Any = values.get(spec.name, "") if values is not None else prefill(spec, known)
    if values is None and spec.required and len(choices) == 1 and spec.type != Type.MULTI:
        value = choices[0][0]
    shown: FormField = {
        "name": RENAMED.get(spec.name, spec.name),
        "label": spec.label,
        "type": spec.type.value,
        "required": spec.required,
        "help": spec.help,
        "value": value,
        "choices": choices,
        "errors": [errors[spec.name]] if errors and spec.name in errors else [],
        "wide": spec.type in WIDE,
    }
    if spec.name == "officers_named":
        picked = value.split(",") if isinstance(value, str) else value
        return shown | {"type": "multi", "value": picked, "wide": True}
    if spec.type == Type.BOOL and spec.required and spec.name not in PROMISES:
        return shown | {"type": "choice", "display": "radio", "choices": (("1", _("是")), ("0", _("否")))}
    if spec.type == Type.TEXT:
        return shown | {"maxlength": spec.length, "rows": 4}
    if spec.type in (Type.LINE, Type.CASE, Type.CODE) and not choices:
        extra: FormField = {"type": "line", "maxlength": spec.length if spec.type == Type.LINE else 200}
        if spec.type == Type.CASE:
            extra |= {"inputmode": "numeric", "placeholder": _("18 位编号")}
        return shown | extra
    if spec.type == Type.WHOLE and not choices:
        return shown | {"type": "line", "inputmode": "numeric"}
    if choices and spec.type != Type.MULTI:
        longest = max(len(str(c[1])) for c in choices)
        many = len(choices) > FEW or (len(choices) > 3 and longest > 30)
        grounds = isinstance(spec.choices, str) and spec.choices.startswith(("grounds", "informant"))
        return shown | {
            "type": "choice",
            "wide": grounds,
            **({} if many and not grounds else {"display": "radio"}),
        }
    return shown


def form_fields(
    specs: Sequence[Field],
    known: Known,
    action: str,
    *,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[FormField]:
    """The fields of an action in the order of its row."""
    shown = (form_field(s, known, action, values=values, errors=errors) for s in specs)
    return [f for f in shown if f is not None]


def typed(post: QueryDict, specs: Sequence[Field]) -> dict[str, Any]:
    """Raw values of an action's fields out of a post; absent fields are left out."""
    found: dict[str, Any] = {}
    for spec in specs:
        name = RENAMED.get(spec.name, spec.name)
        if spec.name == "officers_named":
            picked = post.getlist(name)
            if picked:
                found[spec.name] = ",".join(p for p in picked if p.isdigit())
        elif spec.type == Type.MULTI:
            several = post.getlist(name)
            if several:
                found[spec.name] = several
        elif name in post:
            found[spec.name] = post[name]
    return found


def check_choices(specs: Sequence[Field], known: Known, action: str, raw: Mapping[str, Any]) -> None:
    """Refuses people and organisations that were not on offer: the tables cannot know them.

    Raises:
        ActionError: ``fields_invalid``.
    """
    problems: dict[str, str] = {}
    for spec in specs:
        value = raw.get(spec.name)
        if not value:
            continue
        allowed = offered(known, spec, action)
        if allowed is None:
            continue
        if spec.name == "office" and action == "route" and raw.get("organisation") != str(_handling(known)):
            problems[spec.name] = _("只能指定本局的承办机构；分送到其他局的，由该局指派。")
            continue
        picked = value.split(",") if isinstance(value, str) else [str(v) for v in value]
        if any(p not in {c[0] for c in allowed} for p in picked):
            problems[spec.name] = _("请从所列选项中选择。")
    if problems:
        raise ActionError(Code.FIELDS_INVALID, _("有内容需要改正，请按提示修改。"), fields=problems)


def _handling(known: Known) -> int | None:
    bureau = known.bureau()
    return bureau.pk if bureau else None


def keys_for(offers: Sequence[Offered]) -> dict[str, str]:
    """A key for each action: its preferred letter, else the first free one."""
    given: dict[str, str] = {}
    free = list("aefhilmopqstuvwybcz")
    for offer in offers:
        wanted = PREFERRED.get(offer.action, "")
        if wanted and wanted not in given.values():
            given[offer.action] = wanted
    taken = set(given.values()) | RESERVED
    rest = [c for c in free if c not in taken]
    for offer in offers:
        if offer.action not in given and rest:
            given[offer.action] = rest.pop(0)
    return given


#: Keys of the desk itself: g goes, j k x move and tick, n registers, r reveals, d shows files.
RESERVED = frozenset({"g", "j", "k", "x", "n"})
PREFERRED = {
    "route": "f",
    "assign": "z",
    "accept": "a",
    "refuse": "b",
    "notify": "s",
    "ask_consent": "q",
    "record_consent": "y",
    "schedule_session": "t",
    "record_session": "l",
    "agree": "h",
    "terminate": "e",
    "close": "c",
    "record_contact": "p",
    "add_evidence": "m",
    "send_message": "w",
    "approve": "i",
    "reject": "o",
    "answer": "a",
    "record_verification": "v",
    "file_case": "a",
    "decline_filing": "b",
    "inform_informant": "y",
    "urge": "u",
}


def all_errors(error: ActionError, fields: Sequence[FormField]) -> list[str]:
    """Sentences about the whole form: those of no field on the screen."""
    names = {f["name"] for f in fields}
    found = [m for n, m in error.fields.items() if RENAMED.get(n, n) not in names]
    return found or ([] if error.fields else [error.message])


def known_for(
    state: CaseState,
    *,
    actor: Actor,
    now: datetime,
    prefills: dict[str, str] | None = None,
    answers: list[Found] | None = None,
) -> Known:
    """What the form of an action may offer and start with."""
    return Known(actor=actor, state=state, now=now, prefills=prefills or {}, answers=answers or [])
