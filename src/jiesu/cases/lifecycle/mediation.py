"""Mediation: consent, sessions, appraisal, recusal, commission, agreement (order 121 arts. 18–24)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle import columns, common, folds, guards, pausing
from jiesu.cases.lifecycle.fields import Field, Label, Type
from jiesu.cases.lifecycle.representing import BY_AGENT, represented_agree, within_powers
from jiesu.cases.lifecycle.roles import (
    ASSIGNEE,
    BUREAU_HEAD,
    CITIZEN,
    COMMISSIONED,
    OFFICE_HEAD,
    WORK,
)
from jiesu.cases.lifecycle.table import (
    Branch,
    Context,
    Guard,
    Meet,
    NewChild,
    Pause,
    Refusal,
    Resume,
    Row,
    Tell,
    since,
    states,
)

MEDIATION = "complaint.mediation"
BOTH = ("complainant", "respondent")
SIDES = (("complainant", _("投诉人")), ("respondent", _("被投诉人")))
MEDIATES = (*WORK, COMMISSIONED)


def _consented(state: CaseState, data: Data, ctx: Context) -> str:
    """Mediation lasts while both agree to it; whoever withdraws consent ends it (order 121 art. 18)."""
    consents = state.facts.consents
    return "mediating" if all(consents.get(side) for side in BOTH) else "accepted"


def _recusal_pauses(case: CaseState, data: Data, ctx: Context) -> bool:
    """By setting only; while an appraisal runs the clock stands still anyhow."""
    return bool(ctx.options.get("recusal.pauses")) and not case.facts.appraisal


def _no_recusal_pause(case: CaseState, data: Data, ctx: Context) -> bool:
    return not (case.facts.recusal_pending and ctx.options.get("recusal.pauses"))


def _own_side(name: str) -> Guard:
    """Guard: a party speaks for its own side only; what the other says, or that a mediator must go, is for staff."""

    def guard(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
        if ctx.party is not None and data[name] != ctx.party:
            return Refusal("not_yours", say("请选择自己一方。"), name)
        return None

    return guard


def _sessions(case: CaseState, data: Data, ctx: Context) -> tuple[NewChild, ...]:
    return (
        NewChild(
            "session",
            {
                "starts_at": data["starts_at"],
                "method": data["method"],
                "mediator": data.get("mediator"),
                "place": data.get("place"),
            },
        ),
    )


def _commissioned(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    return None if case.facts.commissioned else Refusal("not_commissioned", say("本件没有委托调解。"))


def _proof_needed(data: Mapping[str, Any]) -> bool:
    """On site, what takes the place of form 9 is proven (order 121 art. 24)."""
    return bool(data.get("on_site")) and data.get("form") not in (None, "", "form9")


def _needs_document(case: CaseState, data: Data, ctx: Context) -> bool:
    return bool(data["form"] == "form9")


def _other_than_form9(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Form 9 may be left out only where performed at once or where both agree to none (order 121 art. 24)."""
    if (
        data["form"] != "form9"
        and data.get("on_site")
        and data["form"] != "performed"
        and not data.get("none_agreed")
    ):
        return Refusal(
            "document_required",
            say("现场调解达成协议应当制作调解书；双方同意不制作的，请勾选并附证明。"),
            "form",
        )
    return None


def _appraisal(kind: str, name: Label) -> tuple[Row, Row]:
    return pausing.rows(
        kind,
        name,
        rules=(MEDIATION,),
        starts=states("accepted", "mediating"),
        ends=states("accepted", "mediating", "terminated"),
        who=WORK,
        body=format_lazy(_("{name}机构"), name=name),
        article="appraise",
        guards_too=(guards.within_mediation,),
        resumes=_no_recusal_pause,
    )


MEDIATION_ROWS = (
    Row(
        action="ask_consent",
        label=_("征求调解意见"),
        states=states("accepted"),
        who=WORK,
        fields=(Field("commission", Type.BOOL, _("同时征求委托调解的意见"), required=False), common.NOTE),
        guards=(guards.has_opposite,),
        tells=(Tell("consent", BOTH, required=False),),
        article="mediate",
        group="main",
    ),
    Row(
        action="record_consent",
        label=_("记录意见"),
        states=states("accepted", "mediating"),
        to=Branch(("accepted", "mediating"), _consented),
        who=(*WORK, CITIZEN),
        fields=(
            Field("party", Type.CHOICE, _("哪一方"), choices=SIDES),
            Field(
                "subject",
                Type.CHOICE,
                _("事项"),
                choices=(
                    ("mediation", _("同意调解")),
                    ("commission", _("同意委托调解")),
                ),
                prefill="mediation",
            ),
            Field("consent", Type.BOOL, _("是否同意")),
            Field(
                "proof",
                Type.CHOICE,
                _("记录方式"),
                choices=(
                    ("call_record", _("电话录音")),
                    ("written", _("书面")),
                    ("message", _("短信或者网上回复")),
                    ("oral", _("当面，已记录")),
                ),
            ),
            BY_AGENT,
            Field("note", Type.TEXT, _("原话"), required=False),
        ),
        guards=(_own_side("party"), within_powers("mediate")),
        fold=folds.consent,
        article="mediate",
        group="main",
    ),
    Row(
        action="schedule_session",
        label=_("安排调解"),
        states=states("mediating"),
        who=MEDIATES,
        fields=(
            Field("starts_at", Type.DATETIME, _("时间"), future=True),
            Field(
                "method",
                Type.CHOICE,
                _("方式"),
                choices=(
                    ("on_site", _("现场")),
                    ("phone", _("电话")),
                    ("video", _("视频")),
                    ("internet", _("互联网")),
                ),
            ),
            Field("place", Type.LINE, _("地点或者号码"), length=120),
            Field("mediator", Type.STAFF, _("调解人员"), choices="staff"),
            Field("bring", Type.TEXT, _("请携带的材料"), required=False, length=500),
        ),
        guards=(
            guards.both_consent,
            guards.no_recusal_pending,
            guards.within_mediation,
            guards.mediator_not_recused,
        ),
        fold=folds.schedule,
        tells=(Tell("7", BOTH, required=False),),
        children=_sessions,
        article="schedule_session",
        group="main",
    ),
    Row(
        action="record_session",
        label=_("记录调解"),
        states=states("mediating"),
        who=MEDIATES,
        fields=(
            Field("session", Type.WHOLE, _("哪一次调解"), choices="planned_sessions"),
            Field(
                "result",
                Type.CHOICE,
                _("情况"),
                choices=(
                    ("held", _("已举行，继续调解")),
                    ("no_agreement", _("已举行，一方明确表示无法达成协议")),
                    ("agreed", _("已举行，达成一致")),
                    ("missed", _("有一方无正当理由未参加")),
                    ("postponed", _("改期")),
                ),
            ),
            Field(
                "absent",
                Type.MULTI,
                _("未参加的一方"),
                required=False,
                choices=SIDES,
                required_if=lambda d: d.get("result") == "missed",
            ),
            Field("positions", Type.TEXT, _("调解记录"), help=_("到场人员、各方意见、调解经过")),
        ),
        guards=(guards.no_recusal_pending, guards.session_planned),
        fold=folds.session_held,
        article="schedule_session",
        group="main",
    ),
    Row(
        action="designate_appraiser",
        label=_("指定鉴定检测机构"),
        states=states("accepted", "mediating"),
        who=WORK,
        fields=(
            Field("body", Type.LINE, _("机构名称"), length=120),
            Field("failed_on", Type.DATE, _("双方协商不成的日期"), past=True),
            common.REASON,
        ),
        article="designate_appraiser",
        only_with_law=True,
        group="more",
    ),
    *_appraisal("appraisal", _("鉴定")),
    *_appraisal("testing", _("检测")),
    Row(
        action="record_fee_dispute",
        label=_("登记鉴定检测费用或者机构协商不成"),
        states=states("accepted", "mediating"),
        who=WORK,
        fields=(
            Field(
                "about",
                Type.CHOICE,
                _("协商不成的事项"),
                required=False,
                choices=(("fee", _("费用承担")), ("body", _("鉴定、检测机构"))),
            ),
            Field("on", Type.DATE, _("日期"), past=True, prefill="today"),
            Field("note", Type.TEXT, _("双方意见")),
        ),
        fold=folds.fee_dispute,
        article="appraise",
        group="more",
    ),
    Row(
        action="request_recusal",
        label=_("申请回避"),
        states=states("accepted", "mediating"),
        who=(*WORK, CITIZEN),
        fields=(
            Field(
                "door",
                Type.CHOICE,
                _("来源"),
                choices=(
                    ("own_duty", _("调解人员应当回避")),
                    ("complainant", _("投诉人申请")),
                    ("respondent", _("被投诉人申请")),
                ),
            ),
            common.REASON,
        ),
        guards=(guards.no_recusal_yet, _own_side("door")),
        fold=folds.setting(recusal_pending=True),
        moves=(Pause(MEDIATION, "", when=_recusal_pauses),),
        article="suspend_for_recusal",
        group="more",
    ),
    Row(
        action="decide_recusal",
        label=_("决定是否回避"),
        states=states("accepted", "mediating"),
        who=(BUREAU_HEAD, OFFICE_HEAD),
        fields=(
            Field("granted", Type.BOOL, _("是否回避")),
            Field(
                "mediator",
                Type.STAFF,
                _("新的调解人员"),
                required=False,
                choices="staff",
                required_if=lambda d: bool(d.get("granted")),
            ),
            Field("reason", Type.TEXT, _("理由"), help=_("将原文告知双方")),
        ),
        guards=(guards.recusal_is_pending, guards.mediator_not_recused),
        fold=folds.recusal_decided,
        moves=(Resume(MEDIATION, "", when=_recusal_pauses),),
        # Both sides learn whom they will meet. The article asks for the decision and sets no period for telling it, so
        # no proof holds the close.
        tells=(Tell("recusal", BOTH, required=False, when=since(3)),),
        article="suspend_for_recusal",
        group="main",
    ),
    Row(
        action="commission",
        label=_("委托调解"),
        states=states("accepted", "mediating"),
        who=(ASSIGNEE, OFFICE_HEAD, BUREAU_HEAD),
        fields=(
            Field("organisation", Type.ORGANISATION, _("受委托组织"), choices="councils"),
            Field("scope", Type.TEXT, _("委托范围")),
        ),
        guards=(guards.commission_consented, guards.within_mediation),
        fold=folds.commission,
        children=common.participant("commissioned"),
        article="commission",
        group="more",
    ),
    Row(
        action="end_commission",
        label=_("收回委托"),
        states=states("accepted", "mediating"),
        who=(ASSIGNEE, OFFICE_HEAD, BUREAU_HEAD),
        fields=(common.REASON,),
        guards=(_commissioned,),
        fold=folds.end_commission,
        article="commission",
        group="more",
    ),
    Row(
        action="agree",
        label=_("达成调解协议"),
        states=states("mediating"),
        to="agreed",
        who=WORK,
        fields=(
            Field(
                "form",
                Type.CHOICE,
                _("记载方式"),
                choices=(
                    ("form9", _("制作调解书")),
                    ("performed", _("已经即时履行")),
                    ("record", _("制作调解记录")),
                ),
            ),
            Field("on_site", Type.BOOL, _("现场调解"), required=False),
            Field("none_agreed", Type.BOOL, _("双方同意不制作调解书（附证明）"), required=False),
            Field(
                "proof",
                Type.LINE,
                _("不制作调解书的凭据"),
                required=False,
                length=120,
                required_if=_proof_needed,
                help=_("即时履行的凭证，或者双方同意不制作的记录"),
            ),
            Field("recovered", Type.MONEY, _("为消费者挽回损失（元）"), required=False),
            Field("terms", Type.TEXT, _("协议内容")),
            BY_AGENT,
        ),
        guards=(
            guards.within_mediation,
            guards.no_recusal_pending,
            represented_agree("agreement"),
            within_powers("agree"),
            _other_than_form9,
        ),
        fold=folds.agreed,
        columns=lambda case, data, ctx: {**columns.recovered(case, data, ctx), "outcome": "agreed"},
        moves=(Meet(MEDIATION),),
        tells=(Tell("9", BOTH, when=_needs_document),),
        proposed_by=(COMMISSIONED,),
        article="agree",
        group="main",
    ),
    Row(
        action="settle",
        label=_("双方自行和解"),
        states=states("accepted", "mediating"),
        who=WORK,
        fields=(
            Field("on", Type.DATE, _("和解日期"), past=True, prefill="today"),
            Field("recovered", Type.MONEY, _("为消费者挽回损失（元）"), required=False),
            Field("terms", Type.TEXT, _("和解内容和双方确认的方式")),
            BY_AGENT,
        ),
        guards=(represented_agree("agreement"), within_powers("agree")),
        fold=folds.settle,
        columns=columns.recovered,
        article="settle",
        group="daily",
    ),
)
