"""Rows that every kind shares from registering to assigning, and the words that other rows use too."""

from __future__ import annotations

from datetime import datetime, time

from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.kinds import Kind
from jiesu.cases.lawbook import option_defaults
from jiesu.cases.lifecycle import columns, folds, guards
from jiesu.cases.lifecycle.fields import SHANGHAI, Field, Type
from jiesu.cases.lifecycle.roles import (
    ASSIGNEE,
    BUREAU_HEAD,
    CITIZEN,
    FRONT,
    INTERNAL_DISPATCH,
    OFFICE_HEAD,
    SYSTEM,
)
from jiesu.cases.lifecycle.table import (
    DISTRIBUTION,
    NEW,
    Children,
    Context,
    Guard,
    Hand,
    Meet,
    Move,
    NewChild,
    Predicate,
    Row,
    Start,
    Tell,
    Void,
    before,
    since,
    states,
)
from jiesu.law import working_days_between

ANYONE = (*FRONT, INTERNAL_DISPATCH, ASSIGNEE, OFFICE_HEAD, BUREAU_HEAD, CITIZEN, SYSTEM)

NOTE = Field("note", Type.TEXT, _("备注"), required=False)

REASON = Field("reason", Type.TEXT, _("理由"))

CHANNELS = (
    ("phone", _("电话")),
    ("sms", _("短信")),
    ("internet", _("互联网")),
    ("email", _("电子邮件")),
    ("letter", _("信函")),
    ("in_person", _("当面")),
    ("wecom", _("企业微信")),
)

PROOFS = (
    ("gateway_receipt", _("短信/邮件网关回执")),
    ("call_record", _("通话录音")),
    ("postal_number", _("邮寄单号及签收")),
    ("signature", _("当面签收")),
    ("portal_view", _("本人在网上查看")),
)


def participant(capacity: str, field: str = "organisation") -> Children:
    """Adds the organisation of a field as a participant."""

    def children(case: CaseState, data: Data, ctx: Context) -> tuple[NewChild, ...]:
        return (NewChild("participant", {"organisation": int(data[field]), "capacity": capacity}),)

    return children


def new_link(type_: str, field: str = "new_case", **data_fields: str) -> Children:
    """Adds the initiating side of a link; the other side follows by its own act."""

    def children(case: CaseState, data: Data, ctx: Context) -> tuple[NewChild, ...]:
        kept = {name: data[source] for name, source in data_fields.items() if data.get(source) is not None}
        return (NewChild("link", {"type": type_, "other": int(data[field]), "data": kept}),)

    return children


#: Until a person has confirmed the kind, the strictest candidate's clock runs from receipt.
STRICTEST = "complaint.acceptance"

#: The statutory period that receipt by the competent bureau starts, by kind (order 121 art. 15, Penalty Procedure
#: art. 18). Where centre and bureau are one legal person it runs from registering; a higher centre's receipt is not
#: the bureau's, so that until it has routed, what runs is its own duty to distribute promptly (art. 41).
FROM_RECEIPT = {Kind.COMPLAINT: "complaint.acceptance", Kind.REPORT: "report.verification"}

#: Matters that are no complaint and no report and whose own statute's clock runs from receipt (order 121 art. 44).
OWN_PROCEDURES = {
    "information_request": "other.information_request",
    "review_application": "other.review_application",
}


#: What 12345 itself asks for: a reply by the day on its order, which no other act stands in for.
REPORT_BACK = "service.report_back"
HOTLINE = "service.hotline_12345"
#: Immediate handling: somebody is there within the hour.
ON_SITE = "service.on_site_hour"


def _unconfirmed(case: CaseState, data: Data, ctx: Context) -> bool:
    return not case.facts.confirmed


def _received_here(case: CaseState, data: Data, ctx: Context) -> bool:
    """Whether registering was receipt by the bureau as a legal person; none but its period then runs from it."""
    return case.facts.receiving is not None or (case.facts.direct and case.organisation is None)


def _period_from_receipt(case: CaseState, data: Data, ctx: Context) -> str | None:
    rule = FROM_RECEIPT.get(Kind(case.kind))
    return rule if rule is not None and case.clock(rule) is None else None


def _confirmed_here(case: CaseState, data: Data, ctx: Context) -> bool:
    return case.facts.confirmed and _received_here(case, data, ctx)


def _only_distribution_is_owed(case: CaseState, data: Data, ctx: Context) -> bool:
    """No period of the bureau that must act runs: the case is a higher centre's, or of a kind that has none."""
    runs = _received_here(case, data, ctx) and any(case.clock(rule) for rule in FROM_RECEIPT.values())
    return case.clock(DISTRIBUTION) is None and not runs


def _of_another_kind(rule: str) -> Predicate:
    """The clock of a rule was the strictest candidate's only, or belongs to a kind that the case is not."""

    def when(case: CaseState, data: Data, ctx: Context) -> bool:
        stood_in = not _received_here(case, data, ctx) and case.facts.routed_on is None
        return stood_in or FROM_RECEIPT.get(Kind(case.kind)) != rule

    return when


def _carried_on(rule: str) -> Predicate:
    """The bureau's period has run since its own desk took the case in; routing inside it restarts nothing."""

    def when(case: CaseState, data: Data, ctx: Context) -> bool:
        return ctx.schema >= 3 and case.facts.direct and case.clock(rule) is not None

    return when


def _rapid(case: CaseState, data: Data, ctx: Context) -> bool:
    """Where the centre orders rapid response; the hour runs from the order."""
    return bool(data.get("rapid"))


def _before_3_or(holds: Predicate) -> Predicate:
    return lambda case, data, ctx: ctx.schema < 3 or holds(case, data, ctx)


def _not(holds: Predicate) -> Predicate:
    return lambda case, data, ctx: not holds(case, data, ctx)


def _flagged(flag: str) -> Predicate:
    def when(case: CaseState, data: Data, ctx: Context) -> bool:
        return flag in case.facts.flags

    return when


def register(*, tells: tuple[Tell, ...] = (), moves: tuple[Move, ...] = ()) -> Row:
    return Row(
        action="register",
        label=_("登记"),
        states=states(NEW),
        to="registered",
        who=ANYONE,
        guards=(guards.two_representatives,),
        fold=folds.register,
        columns=columns.anonymous_parties,
        moves=(
            *moves,
            Start(STRICTEST, at="received_at", when=_unconfirmed),
            Start(_period_from_receipt, at="received_at", when=since(3, _confirmed_here)),
            *(Start(rule, at="received_at", when=_flagged(flag)) for flag, rule in OWN_PROCEDURES.items()),
            Start(HOTLINE, fixed="service_due", holder="centre", when=before(3)),
            # 12345 waits for its reply whatever becomes of the case, also where it is joined to another.
            Start(HOTLINE, fixed="service_due", holder="centre", after_close=True, when=since(3)),
            Start(DISTRIBUTION, at="received_at", holder="centre", when=since(3, _only_distribution_is_owed)),
        ),
        tells=tells,
        article="register",
        group="hidden",
    )


def confirm_kind() -> Row:
    return Row(
        action="confirm_kind",
        label=_("确认类型"),
        states=states("registered"),
        who=(*FRONT, INTERNAL_DISPATCH),
        fields=(
            Field("kind", Type.CHOICE, _("来件类型"), choices="kinds", prefill="kind"),
            Field(
                "subject", Type.CHOICE, _("问题类别"), required=False, choices="subjects", prefill="subject"
            ),
        ),
        fold=folds.confirm_kind,
        columns=lambda case, data, ctx: {**columns.kind(case, data, ctx), **columns.subject(case, data, ctx)},
        moves=(
            Void(STRICTEST, "kind_confirmed", when=_before_3_or(_of_another_kind(STRICTEST))),
            *(
                Void(rule, "kind_confirmed", when=since(3, _of_another_kind(rule)))
                for rule in FROM_RECEIPT.values()
                if rule != STRICTEST
            ),
            Start(_period_from_receipt, at="received_at", when=since(3, _received_here)),
            Start(DISTRIBUTION, at="received_at", holder="centre", when=since(3, _only_distribution_is_owed)),
        ),
        group="main",
    )


def route(
    rule: str, *more: Field, guards_too: tuple[Guard, ...] = (), moves_too: tuple[Move, ...] = ()
) -> Row:
    carried = _carried_on(rule)
    return Row(
        action="route",
        label=_("分送"),
        states=states("registered"),
        to="routed",
        who=FRONT,
        fields=(
            Field("organisation", Type.ORGANISATION, _("分送到"), prefill="suggested_bureau"),
            Field("office", Type.ORGANISATION, _("承办机构"), required=False, prefill="suggested_office"),
            Field(
                "arrived_at",
                Type.DATETIME,
                _("到达时间"),
                required=False,
                past=True,
                help=_("有处理权限的局收到的时间，期限由此起算；不填为现在"),
            ),
            Field("report_by", Type.DATE, _("要求报告结果的日期"), required=False, future=True),
            Field(
                "rapid",
                Type.BOOL,
                _("快速反应"),
                required=False,
                help=_("限时到达现场，时限自分送时起算，到场后登记；服务承诺，不是法定期限"),
            ),
            *more,
            Field("note", Type.TEXT, _("备注"), required=False, help=_("补录到达时间的，在此写明理由")),
        ),
        guards=(guards.confirmed, guards.arrival_plausible, *guards_too),
        fold=folds.route,
        columns=columns.routed,
        moves=(
            Void(rule, "routed_again", when=_not(carried)),
            Hand(when=carried),
            Start(rule, at=lambda case, data, ctx: case.arrived_at or ctx.at, when=_not(carried)),
            Start(REPORT_BACK, fixed="report_by"),
            Start(ON_SITE, when=_rapid),
            *moves_too,
        )
        if rule
        else (Start(REPORT_BACK, fixed="report_by", when=since(3)), Start(ON_SITE, when=_rapid)),
        children=participant("handling"),
        article="distribute",
        group="main",
    )


def _bureau_carries_it(case: CaseState, data: Data, ctx: Context) -> bool:
    """By default the returning bureau's period ends; by setting the centre carries it on.

    Where both are one legal person nothing was handed over, so nothing ends.
    """
    return ctx.options.get("centre_or_bureau") != "centre" and not case.facts.direct


def _since_routed(case: CaseState, data: Data, ctx: Context) -> datetime:
    on = case.facts.routed_on
    return datetime.combine(on, time(), SHANGHAI) if on else ctx.at


def _promptly(case: CaseState, ctx: Context) -> tuple[str, ...]:
    """Art. 41 says promptly; the setting says how many working days that is here."""
    since = case.facts.routed_on
    allowed = int(ctx.options.get("return_to_centre.working_days", PROMPT))
    if since is None or working_days_between(ctx.calendar, since, ctx.on) <= allowed:
        return ()
    return (str(_("分送已超过 %(days)d 个工作日，不具备处理权限的应当及时退回。") % {"days": allowed}),)


#: Working days in which a unit without authority sends a case back, where nothing else is set.
PROMPT = int(str(option_defaults()["return_to_centre.working_days"]))


def return_to_centre(rule: str, *also: str, voids: tuple[str, ...] = ()) -> Row:
    return Row(
        action="return_to_centre",
        label=_("退回中心"),
        states=states("routed", *also),
        to="registered",
        who=(ASSIGNEE, OFFICE_HEAD, INTERNAL_DISPATCH),
        fields=(
            Field(
                "cause",
                Type.CHOICE,
                _("退回原因"),
                choices=(
                    ("no_authority", _("本局没有处理权限")),
                    ("wrong_place", _("不属本局管辖区域")),
                    ("other_department", _("不属市场监管部门职责")),
                    ("wrong_kind", _("来件类型有误")),
                ),
            ),
            Field("reason", Type.TEXT, _("说明")),
            Field(
                "competent",
                Type.LINE,
                _("有权处理的机关"),
                required=False,
                help=_("知道的话请写明，便于中心重新分送"),
            ),
        ),
        guards=(guards.routed_elsewhere_only_through_centre, guards.no_dispute_open),
        fold=folds.bounce,
        columns=columns.returned,
        moves=(
            Start("service.return_to_centre", at=_since_routed, holder="centre"),
            Meet("service.return_to_centre"),
            *((Void(rule, "returned", when=_bureau_carries_it),) if rule else ()),
            Void(REPORT_BACK, "returned"),
            *(Void(other, "returned") for other in (ON_SITE, *voids)),
            Hand(),
            Start(_period_from_receipt, at="received_at", when=since(3, _received_here)),
            Start(DISTRIBUTION, holder="centre", when=since(3, _only_distribution_is_owed)),
        ),
        warn=_promptly,
        article="return_to_centre",
        group="more",
    )


OPEN_FOR_ASSIGNMENT = states(
    "routed",
    "accepted",
    "mediating",
    "verifying",
    "filed",
    "refused",
    "terminated",
    "agreed",
    "withdrawn",
    "declined",
    "no_authority",
    "transferred",
    "answered",
)


def assign() -> Row:
    return Row(
        action="assign",
        label=_("指派"),
        states=OPEN_FOR_ASSIGNMENT,
        who=(INTERNAL_DISPATCH, OFFICE_HEAD),
        fields=(
            Field("office", Type.ORGANISATION, _("承办机构"), required=False, prefill="office"),
            Field("staff", Type.STAFF, _("承办人"), required=False, choices="staff"),
            NOTE,
        ),
        guards=(guards.someone_named, guards.not_yet_assigned),
        columns=columns.assigned,
        group="main",
    )


def reassign() -> Row:
    return Row(
        action="reassign",
        label=_("改派"),
        states=OPEN_FOR_ASSIGNMENT,
        who=(INTERNAL_DISPATCH, OFFICE_HEAD),
        fields=(
            Field("office", Type.ORGANISATION, _("承办机构"), required=False, prefill="office"),
            Field("staff", Type.STAFF, _("承办人"), required=False, choices="staff"),
            REASON,
        ),
        guards=(guards.someone_named, guards.already_assigned),
        columns=columns.assigned,
        group="more",
    )
