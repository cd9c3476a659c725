"""Telling the informant: under an article where one asks for it, by courtesy where none does (order 121 arts. 34, 36)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle import folds, guards
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import CLOSE_WORK, FRONT
from jiesu.cases.lifecycle.table import By, Context, Predicate, Refusal, Row, Start, Tell, Void, since
from jiesu.law import LawError, rule

INFORMANT_NOTICE = "report.informant_notice"


def _named_and_owed(case: CaseState, data: Data, ctx: Context) -> bool:
    """Whether order 20 art. 31 still gives a named informant a notice of the decision within its period."""
    if case.kind != "report" or case.anonymous or not any(p.reachable for p in case.parties("informant")):
        return False
    try:
        provisions = rule(INFORMANT_NOTICE).provisions
    except LawError:
        return False
    return any(p.sets and p.citation.in_force(on=ctx.on) for p in provisions)


ADVERTISING_NOTICE = "informant.advertising"
COURTESY_NOTICE = "service.courtesy_answer"
#: Basis of telling → the clock that it meets.
CLOCK_OF_BASIS = {"order20.filing": INFORMANT_NOTICE, "advertising.result": ADVERTISING_NOTICE}


def _advertising_owed(case: CaseState, data: Data, ctx: Context) -> bool:
    """The duty of the Advertising Law runs from receipt and once only; read second-hand, it hangs on a setting."""
    return (
        "advertising.result" in case.facts.duties
        and case.last_clock(ADVERTISING_NOTICE) is None
        and any(p.reachable for p in case.parties("informant"))
    )


def _received(case: CaseState, data: Data, ctx: Context) -> datetime:
    return case.arrived_at or case.received_at


def _promised(case: CaseState, data: Data, ctx: Context) -> bool:
    """A courtesy where no law asks for it; it opens only where a bureau has promised days."""
    return (
        ctx.options.get("informant.courtesy_working_days") is not None
        and not _named_and_owed(case, data, ctx)
        and not case.anonymous
        and any(p.reachable for p in case.parties("informant"))
    )


def _to_informant(case: CaseState, data: Data, ctx: Context) -> bool:
    return data.get("basis") != "no_duty"


def _statutory(case: CaseState, data: Data, ctx: Context) -> bool:
    return data.get("basis") not in ("no_duty", "courtesy")


def _under(basis: str) -> Predicate:
    return lambda case, data, ctx: data.get("basis") == basis


def _under_other_law(case: CaseState, data: Data, ctx: Context) -> bool:
    return _statutory(case, data, ctx) and data.get("basis") not in CLOCK_OF_BASIS


def _basis_given(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    owed = [b for b, rule_id in CLOCK_OF_BASIS.items() if case.clock(rule_id) is not None]
    if data["basis"] in ("no_duty", "courtesy") and owed:
        return Refusal("duty_exists", say("举报人有权在法定期限内被告知，请选择告知的依据。"), "basis")
    if case.state == "verifying" and not (_statutory(case, data, ctx) and data["basis"] != "order20.filing"):
        return Refusal("not_decided", say("还没有作出决定，现在只能依照专门规定告知。"), "basis")
    if data["basis"] == "no_duty" and not data.get("reason"):
        return Refusal("reason_missing", say("没有告知义务的，请写明理由。"), "reason")
    if data["basis"] not in ("no_duty",) and not data.get("result"):
        return Refusal("result_missing", say("请写明告知的处理结果。"), "result")
    return None


#: What a decision on filing opens for the informant.
AFTER_DECISION = (
    Start(INFORMANT_NOTICE, when=_named_and_owed),
    Start(COURTESY_NOTICE, when=_promised),
)


#: What verification opens once it has named the subjects.
AFTER_VERIFICATION = (Start(ADVERTISING_NOTICE, at=_received, when=_advertising_owed),)


def rows(decided: frozenset[str]) -> tuple[Row, ...]:
    """Telling the informant of the result, and that the bureau has no authority.

    Args:
        decided: states in which the report has been decided.
    """
    return (
        Row(
            action="inform_informant",
            label=_("告知举报人"),
            states=decided | {"verifying"},
            who=CLOSE_WORK,
            fields=(
                Field("basis", Type.CHOICE, _("依据"), choices="informant_duties"),
                Field("result", Type.TEXT, _("告知的处理结果"), required=False),
                Field("reason", Type.TEXT, _("没有告知义务的理由"), required=False),
            ),
            guards=(_basis_given,),
            fold=folds.informed,
            tells=(
                *(Tell("10", ("informant",), meets=r, when=_under(b)) for b, r in CLOCK_OF_BASIS.items()),
                Tell("10", ("informant",), when=_under_other_law),
                Tell(
                    "courtesy",
                    ("informant",),
                    required=False,
                    meets=COURTESY_NOTICE,
                    when=lambda c, d, x: _to_informant(c, d, x) and not _statutory(c, d, x),
                ),
            ),
            article="inform_informant",
            group="main",
        ),
        Row(
            action="inform_no_authority",
            label=_("告知无处理权限"),
            states=frozenset({"registered", "routed", "verifying"}),
            to="no_authority",
            who=(*CLOSE_WORK, *FRONT),
            fields=(
                Field("within_regulation", Type.BOOL, _("属于市场监督管理部门职责范围")),
                Field(
                    "competent",
                    Type.LINE,
                    _("有处理权限的机关"),
                    required=False,
                    length=120,
                    required_if=lambda d: bool(d.get("within_regulation")),
                ),
                Field("reasons", Type.TEXT, _("说明")),
            ),
            guards=(guards.confirmed, guards.received_by_distribution),
            fold=folds.setting(informed=True),
            moves=(Void("report.verification", "no_authority"),),
            tells=(Tell("no_authority", ("informant",)),),
            decides=True,
            outcome="no_authority",
            article="inform_no_authority",
            group="more",
        ),
    )


def _advertising_complaint(case: CaseState, data: Data, ctx: Context) -> bool:
    """By setting only: art. 53 of the Advertising Law has not been read, least of all what it asks of a complaint."""
    told = any(p.reachable for p in case.parties("complainant"))
    wanted = bool(ctx.options.get("complainant.advertising_notice")) and case.subject == "advertising"
    return wanted and told and case.last_clock(ADVERTISING_NOTICE) is None


#: What receipt of a complaint about advertising opens where the bureau has turned that on.
ADVERTISING_COMPLAINT = Start(ADVERTISING_NOTICE, at=_received, when=since(3, _advertising_complaint))


def _asked_for(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.clock(ADVERTISING_NOTICE) is None:
        return Refusal("no_clock", say("本件没有另行告知处理情况的期限，或者已经告知。"))
    if any(n.form == "handling" and not n.void for n in case.facts.notices.values()):
        return Refusal("already_told", say("告知书已经发出，请登记送达情况。"))
    return None


def complainant(where: frozenset[str], who: tuple[By, ...]) -> Row:
    """Telling the complainant how a complaint about advertising is being handled, beside what order 121 asks for."""
    return Row(
        action="inform_complainant",
        label=_("告知投诉人处理情况"),
        states=where,
        who=who,
        fields=(Field("result", Type.TEXT, _("告知的处理情况")),),
        guards=(_asked_for,),
        tells=(Tell("handling", ("complainant",), meets=ADVERTISING_NOTICE),),
        group="daily",
    )
