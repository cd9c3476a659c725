"""The report and the lead: verified, then filed or declined (order 121 arts. 27–37; Penalty Procedure arts. 18–20)."""

from __future__ import annotations

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle import (
    approval,
    columns,
    common,
    contact,
    disputes,
    ending,
    folds,
    guards,
    informing,
    linking,
    pausing,
    repeats,
    representing,
    special,
    suggesting,
    transfer,
)
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.informing import (
    ADVERTISING_NOTICE,
    AFTER_DECISION,
    AFTER_VERIFICATION,
    COURTESY_NOTICE,
    INFORMANT_NOTICE,
)
from jiesu.cases.lifecycle.roles import (
    CLOSE_WORK,
    HEAD,
    RECEIVING,
)
from jiesu.cases.lifecycle.table import (
    NEW,
    Context,
    Extend,
    Meet,
    Refusal,
    Row,
    Start,
    Table,
    Void,
    states,
)

OPEN = states(
    "registered", "routed", "verifying", "filed", "declined", "no_authority", "transferred", "repeated"
)
DECIDED = states("filed", "declined", "no_authority", "transferred", "repeated")
ALL = OPEN | {"closed", "merged"}
VERIFYING = states("routed", "verifying")


def _has_verified(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if not case.facts.verified:
        return Refusal("not_verified", say("还没有核查记录，请先登记核查情况。"))
    return None


def _verification(*rules: str) -> tuple[Row, ...]:
    pauses = tuple(
        row
        for kind, name in (
            ("appraisal", _("鉴定")),
            ("testing", _("检测、检验、检疫")),
            ("identification", _("权利人辨认鉴别")),
        )
        for row in pausing.rows(
            kind,
            name,
            rules=rules,
            starts=VERIFYING,
            ends=states("verifying", *DECIDED),
            who=CLOSE_WORK,
            body=_("机构或者权利人"),
            article="verify",
            to="verifying",
        )
    )
    return (
        Row(
            action="record_verification",
            label=_("记录核查"),
            states=VERIFYING,
            to="verifying",
            who=CLOSE_WORK,
            fields=(
                Field("on_site", Type.BOOL, _("现场核查"), required=False),
                Field("at", Type.DATETIME, _("时间"), past=True, prefill="now"),
                Field("officers_named", Type.CODE, _("核查人员"), choices="", help=_("现场核查不少于两人")),
                Field("subjects", Type.MULTI, _("涉及领域"), required=False, choices="duty_subjects"),
                Field("findings", Type.TEXT, _("核查情况")),
            ),
            guards=(guards.two_officers_on_site,),
            fold=folds.verified,
            moves=AFTER_VERIFICATION,
            article="verify",
            group="main",
        ),
        *pauses,
        Row(
            action="extend",
            label=_("延长核查期限"),
            states=VERIFYING,
            who=CLOSE_WORK,
            fields=(
                Field("clock", Type.CHOICE, _("延长的期限"), choices="extendable"),
                Field("reasons", Type.TEXT, _("特殊情况和理由")),
            ),
            guards=(guards.approved_extension_possible,),
            moves=(Extend(),),
            approval="law",
            article="extend_verification",
            group="daily",
        ),
        Row(
            action="file_case",
            label=_("立案"),
            states=states("verifying"),
            to="filed",
            who=CLOSE_WORK,
            fields=(
                Field("facts_found", Type.TEXT, _("事实和证据")),
                Field("officers_named", Type.CODE, _("办案人员"), help=_("由办案机构负责人指定，不少于两人")),
                Field("unit", Type.ORGANISATION, _("办案机构"), required=False),
                Field("note", Type.TEXT, _("备注"), required=False),
            ),
            guards=(_has_verified, guards.two_officers),
            moves=(*(Meet(r) for r in rules), *AFTER_DECISION),
            decides=True,
            outcome="filed",
            approval="law",
            article="file_case",
            group="main",
        ),
        Row(
            action="decline_filing",
            label=_("不予立案"),
            states=states("verifying"),
            to="declined",
            who=CLOSE_WORK,
            fields=(
                Field(
                    "missing_conditions",
                    Type.MULTI,
                    _("不具备的立案条件"),
                    required=False,
                    choices="filing_conditions",
                ),
                Field(
                    "may_not_file",
                    Type.MULTI,
                    _("可以不予立案的情形"),
                    required=False,
                    choices="not_filing_grounds",
                ),
                Field("facts_found", Type.TEXT, _("事实和证据")),
            ),
            guards=(_has_verified, guards.conditions_named),
            moves=(*(Meet(r) for r in rules), *AFTER_DECISION),
            decides=True,
            outcome="declined",
            approval="law",
            article="decline_filing",
            group="main",
        ),
    )


def _decided(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    return None if case.facts.decision else Refusal("no_decision", say("没有可以撤销的决定。"))


def _revoke(rule_id: str) -> Row:
    """The bureau takes a decision back before the case is closed; it is verified anew from that day."""
    return Row(
        action="revoke_decision",
        label=_("撤销原决定"),
        states=states("filed", "declined", "no_authority", "repeated"),
        to="verifying",
        who=HEAD,
        fields=(common.REASON,),
        guards=(_decided, _has_bureau),
        fold=folds.reopen,
        columns=columns.undecided,
        moves=(
            Void(INFORMANT_NOTICE, "decision_revoked"),
            Void(COURTESY_NOTICE, "decision_revoked"),
            Start(rule_id),
        ),
        group="more",
    )


def _has_bureau(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    return None if case.organisation else Refusal("never_routed", say("本件没有分送到局。"))


TABLE = Table.of(
    "report",
    common.register(),
    common.confirm_kind(),
    common.route("report.verification"),
    common.assign(),
    *_verification("report.verification"),
    *informing.rows(DECIDED),
    *repeats.rows(VERIFYING),
    transfer.food(states("registered", "routed", "verifying"), "informant", "report.verification"),
    transfer.filed_case(),
    transfer.crime(VERIFYING | DECIDED),
    contact.notify(ALL, (*CLOSE_WORK, RECEIVING)),
    contact.record_contact(OPEN, CLOSE_WORK, (("informant", _("举报人")), ("reported", _("被举报人")))),
    contact.add_evidence(OPEN, CLOSE_WORK),
    contact.send_message(OPEN | {"closed"}, CLOSE_WORK),
    ending.close(DECIDED, (*CLOSE_WORK, RECEIVING), guards.duties_told),
    common.return_to_centre("report.verification", "verifying"),
    common.reassign(),
    *approval.rows(states("routed", "verifying"), CLOSE_WORK, OPEN),
    *disputes.jurisdiction("report.verification"),
    transfer.police(VERIFYING | DECIDED, CLOSE_WORK),
    *ending.parts(VERIFYING, CLOSE_WORK),
    _revoke("report.verification"),
    *ending.after(ALL, reopens_to="verifying", rules=(("verifying", "report.verification"),)),
    linking.split(states("registered", "routed", "verifying")),
    linking.not_mixed(OPEN),
    *special.rows(OPEN, CLOSE_WORK, rules=("report.verification", INFORMANT_NOTICE, ADVERTISING_NOTICE)),
    *representing.parties(OPEN, (*CLOSE_WORK, RECEIVING)),
    *ending.promises(OPEN, CLOSE_WORK),
    ending.platform(ALL, CLOSE_WORK),
    contact.urge(states("registered", "routed", "verifying")),
    contact.rate(states("closed")),
    linking.link_back(ALL),
    *suggesting.rows(OPEN),
    ending.recalculate(ALL),
)


LEAD_RULES = ("lead.verification", "lead.found_otherwise")


def _lead_rule(case: CaseState, data: Data, ctx: Context) -> str:
    """Found in mediation: order 121 art. 27; otherwise Penalty Procedure art. 18."""
    return LEAD_RULES[0] if data.get("found") == "in_mediation" else LEAD_RULES[1]


LEAD = Table.of(
    "lead",
    Row(
        action="register",
        label=_("登记线索"),
        states=states(NEW),
        to="routed",
        who=common.ANYONE,
        fold=folds.register,
        columns=lambda case, data, ctx: {
            "organisation": int(data["organisation"]),
            "office": data.get("office"),
            "assignee": data.get("assignee"),
            "anonymous": True,
            "national_status": "not_applicable",
            "arrived_at": case.received_at,
        },
        moves=(Start(_lead_rule, at="received_at"),),
        children=common.participant("handling"),
        article="raise_lead",
        group="hidden",
    ),
    common.assign(),
    *_verification(*LEAD_RULES),
    contact.add_evidence(OPEN, CLOSE_WORK),
    contact.record_contact(OPEN, CLOSE_WORK, (("reported", _("被举报人")),)),
    Row(
        action="transfer_lead",
        label=_("移送有管辖权的部门"),
        states=VERIFYING,
        to="transferred",
        who=CLOSE_WORK,
        fields=(
            Field("competent", Type.LINE, _("接收机关"), length=120),
            Field("reasons", Type.TEXT, _("说明")),
        ),
        moves=(*(Void(r, "transferred") for r in LEAD_RULES),),
        decides=True,
        outcome="transferred",
        approval="law",
        article="transfer_case",
        group="more",
    ),
    ending.close(DECIDED, CLOSE_WORK),
    common.reassign(),
    *approval.rows(VERIFYING, CLOSE_WORK, OPEN),
    transfer.police(VERIFYING | DECIDED, CLOSE_WORK),
    transfer.filed_case(),
    transfer.crime(VERIFYING | DECIDED),
    _revoke("lead.found_otherwise"),
    *ending.after(ALL, reopens_to="verifying", rules=(("verifying", "lead.found_otherwise"),)),
    *special.rows(OPEN, CLOSE_WORK, rules=LEAD_RULES),
    *representing.parties(OPEN, CLOSE_WORK),
    linking.link_back(ALL),
    *suggesting.rows(OPEN),
    ending.recalculate(ALL),
)
