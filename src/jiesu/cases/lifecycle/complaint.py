"""The complaint, from registration to close (order 121 arts. 13–27, order 20 arts. 12–23)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lawbook import refusal_grounds
from jiesu.cases.lifecycle import columns, common, folds, guards
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import (
    ASSIGNEE,
    BUREAU_HEAD,
    CENTRE,
    CITIZEN,
    COMMISSIONED,
    HEAD,
    OFFICE_HEAD,
    WORK,
)
from jiesu.cases.lifecycle.table import (
    Branch,
    Context,
    Hand,
    Meet,
    NewChild,
    Pause,
    Resume,
    Row,
    Start,
    Table,
    Tell,
    Void,
    states,
)

ACCEPTANCE = "complaint.acceptance"
MEDIATION = "complaint.mediation"
NOTICE = "complaint.termination_notice"

OPEN = states("registered", "routed", "accepted", "mediating", "refused", "agreed", "terminated", "withdrawn")
WORKING = OPEN - {"registered"}
ALL = OPEN | {"closed"}
BOTH = ("complainant", "respondent")
SIDES = (("complainant", _("投诉人")), ("respondent", _("被投诉人")))
MEDIATES = (*WORK, COMMISSIONED)

VIOLATION = Field(
    "violation",
    Type.BOOL,
    _("材料是否反映涉嫌违法线索"),
    help=_("选“是”将移出线索另行核查；选“否”记录在案"),
)
REPRESENTED = Field("represented_consent", Type.BOOL, _("共同投诉：被代表的投诉人已同意"), required=False)


def _lead_too(case: CaseState, data: Data, ctx: Context) -> tuple[tuple[str, Data], ...]:
    """A suspected violation found while deciding goes on as a lead, whatever becomes of the complaint."""
    if not data.get("violation") or case.facts.lead_raised or not data.get("new_case"):
        return ()
    found = "in_mediation" if case.state in ("accepted", "mediating") else "otherwise"
    return (
        (
            "raise_lead",
            {
                "found": found,
                "found_on": ctx.on.isoformat(),
                "matter": data.get("reasons"),
                "new_case": data["new_case"],
            },
        ),
    )


def _consented(state: CaseState, data: Data, ctx: Context) -> str:
    consents = state.facts.consents
    return "mediating" if all(consents.get(side) for side in BOTH) else state.state


def _withdrawn(state: CaseState, data: Data, ctx: Context) -> str:
    return state.state if state.state in ("accepted", "mediating") else "withdrawn"


def _before_acceptance(case: CaseState, data: Data, ctx: Context) -> bool:
    return case.state == "withdrawn"


def _recusal_pauses(case: CaseState, data: Data, ctx: Context) -> bool:
    return bool(ctx.options.get("recusal.pauses"))


def _late(case: CaseState, ctx: Context) -> tuple[str, ...]:
    clock = case.clock(ACCEPTANCE)
    found: list[str] = []
    if clock is not None and clock.due_on is not None and ctx.on > clock.due_on:
        found.append(str(_("受理期限已过，现在作出的决定将记为逾期。")))
    if case.facts.incomplete:
        found.append(str(_("来件缺少办法要求的材料，见“待补正”。")))
    return tuple(found)


def _adverse_new_ground(case: CaseState, ctx: Context) -> tuple[str, ...]:
    """Order 121 added grounds against the complainant; a complaint received under order 20 did not know them."""
    received = case.received_at.astimezone(guards.SHANGHAI).date()
    known = {g.meaning for g in refusal_grounds(received)}
    added = any(g.meaning not in known for g in refusal_grounds(ctx.on))
    warning = str(_("收到投诉时施行的是原办法，其后新增的不予受理情形请谨慎适用。"))
    return (*_late(case, ctx), warning) if added else _late(case, ctx)


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


def _needs_document(case: CaseState, data: Data, ctx: Context) -> bool:
    return data["form"] == "form9"


def _other_than_form9(case: CaseState, data: Data, ctx: Context) -> guards.Refusal | None:
    """Form 9 may be left out only where performed at once or where both agree to none (order 121 art. 24)."""
    if data["form"] != "form9" and data.get("on_site") and data["form"] != "performed" and not data.get("none_agreed"):
        return guards.Refusal(
            "document_required", _("现场调解达成协议应当制作调解书；双方同意不制作的，请勾选并附证明。"), "form"
        )
    return None


def _decision_stands(case: CaseState, data: Data, ctx: Context) -> guards.Refusal | None:
    if case.facts.decision is None:
        return guards.Refusal("no_decision", _("没有可以撤销的决定。"))
    return None


def _revoked_to(state: CaseState, data: Data, ctx: Context) -> str:
    return "mediating" if state.state == "terminated" and all(
        state.facts.consents.get(s) for s in BOTH
    ) else ("accepted" if state.state == "terminated" else "routed")


def _was_refused(case: CaseState, data: Data, ctx: Context) -> bool:
    return case.state == "routed"


def _was_terminated(case: CaseState, data: Data, ctx: Context) -> bool:
    return case.state in ("accepted", "mediating")


def _appraisal(kind: str, name: str, article: str) -> tuple[Row, ...]:
    """Start and end of an appraisal or testing; its time is not counted (order 121 art. 22)."""
    return (
        Row(
            action=f"start_{kind}",
            label=_("开始%s") % name,
            states=states("accepted", "mediating"),
            who=WORK,
            fields=(
                Field("since", Type.DATE, _("委托日期"), past=True, prefill="today"),
                Field("body", Type.LINE, _("%s机构") % name, length=120),
                Field("document", Type.LINE, _("委托书编号"), length=120),
                common.NOTE,
            ),
            guards=(guards.nothing_suspended, guards.within_mediation, guards.pause_not_before_start),
            fold=folds.pause(kind),
            moves=(Pause(MEDIATION, "since"),),
            article=article,
        ),
        Row(
            action=f"end_{kind}",
            label=_("%s结束") % name,
            states=states("accepted", "mediating", "terminated"),
            who=WORK,
            fields=(
                Field("until", Type.DATE, _("收到报告日期"), past=True, prefill="today"),
                Field("document", Type.LINE, _("报告编号"), length=120),
                Field("result", Type.TEXT, _("结论")),
            ),
            guards=(guards.appraisal_runs(kind),),
            fold=folds.pause(""),
            moves=(Resume(MEDIATION, "until"),),
            article=article,
        ),
    )


DECISIONS = (
    Row(
        action="accept",
        label=_("受理"),
        states=states("routed"),
        to="accepted",
        who=WORK,
        fields=(Field("note", Type.TEXT, _("告知中的补充说明"), required=False),),
        guards=(guards.confirmed, guards.has_opposite),
        moves=(Meet(ACCEPTANCE, decided=True), Start(MEDIATION)),
        tells=(Tell("5", ("complainant",), meets=ACCEPTANCE),),
        decides=True,
        outcome="accepted",
        article="accept",
        warn=_late,
        group="main",
    ),
    Row(
        action="refuse",
        label=_("不予受理"),
        states=states("routed"),
        to="refused",
        who=WORK,
        fields=(
            Field("ground", Type.CHOICE, _("不予受理的情形"), choices="grounds.refusal"),
            Field("reasons", Type.TEXT, _("理由"), help=_("写明事实和理由，将原文告知投诉人")),
            Field("competent", Type.LINE, _("有权处理的机关"), required=False, length=120,
                  help=_("情形（一）必须写明")),
            Field("earlier", Type.LINE, _("已经受理或者处理的机构和编号"), required=False, length=120,
                  help=_("情形（二）必须写明")),
            Field("factors", Type.MULTI, _("判断因素"), required=False, choices="factors",
                  help=_("情形（三）可以考虑的因素；不得只凭一项因素认定")),
            Field("identity_basis", Type.CHOICE, _("身份核验的依据"), required=False, choices=(
                ("impersonation", _("冒用他人名义")),
                ("express_refusal", _("明确拒绝核验")),
                ("silence", _("收到通知后逾期不答")),
            )),
            VIOLATION,
        ),
        guards=(guards.confirmed, guards.refusal_ground),
        fold=folds.violation,
        moves=(Meet(ACCEPTANCE, decided=True),),
        tells=(Tell("6", ("complainant",), meets=ACCEPTANCE),),
        follow=_lead_too,
        decides=True,
        outcome="refused",
        approval="approval.refuse",
        article="refuse",
        warn=_adverse_new_ground,
        group="main",
    ),
    Row(
        action="terminate",
        label=_("终止调解"),
        states=states("accepted", "mediating"),
        to="terminated",
        who=WORK,
        fields=(
            Field("ground", Type.CHOICE, _("终止调解的情形"), choices="grounds.termination"),
            Field("reasons", Type.TEXT, _("理由"), help=_("将原文告知双方")),
            Field("item", Type.CHOICE, _("发现存在的情形"), required=False, choices="grounds.refusal_or_42"),
            Field("proof", Type.LINE, _("证明材料"), required=False, length=120),
            VIOLATION,
        ),
        guards=(guards.no_recusal_pending, guards.termination_ground),
        fold=folds.violation,
        moves=(Meet(MEDIATION), Start(NOTICE), Meet(NOTICE, decided=True)),
        tells=(Tell("8", BOTH, meets=NOTICE),),
        follow=_lead_too,
        decides=True,
        outcome="terminated",
        approval="approval.terminate",
        article="terminate",
        group="main",
    ),
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
        who=WORK,
        fields=(
            Field("party", Type.CHOICE, _("哪一方"), choices=SIDES),
            Field("subject", Type.CHOICE, _("事项"), choices=(
                ("mediation", _("同意调解")), ("commission", _("同意委托调解")),
            ), prefill="mediation"),
            Field("consent", Type.BOOL, _("是否同意")),
            Field("proof", Type.CHOICE, _("记录方式"), choices=(
                ("call_record", _("电话录音")), ("written", _("书面")), ("message", _("短信或者网上回复")), ("oral", _("当面，已记录")),
            )),
            Field("note", Type.TEXT, _("原话"), required=False),
        ),
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
            Field("method", Type.CHOICE, _("方式"), choices=(
                ("on_site", _("现场")), ("phone", _("电话")), ("video", _("视频")), ("internet", _("互联网")),
            )),
            Field("place", Type.LINE, _("地点或者号码"), length=120),
            Field("mediator", Type.STAFF, _("调解人员"), choices="staff"),
            Field("bring", Type.TEXT, _("请携带的材料"), required=False, length=500),
        ),
        guards=(guards.both_consent, guards.no_recusal_pending, guards.within_mediation),
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
            Field("result", Type.CHOICE, _("情况"), choices=(
                ("held", _("已举行，继续调解")),
                ("no_agreement", _("已举行，一方明确表示无法达成协议")),
                ("agreed", _("已举行，达成一致")),
                ("missed", _("有一方无正当理由未参加")),
                ("postponed", _("改期")),
            )),
            Field("absent", Type.MULTI, _("未参加的一方"), required=False, choices=SIDES,
                  required_if=lambda d: d.get("result") == "missed"),
            Field("positions", Type.TEXT, _("调解记录"), help=_("到场人员、各方意见、调解经过")),
        ),
        guards=(guards.no_recusal_pending,),
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
        group="more",
    ),
    *_appraisal("appraisal", str(_("鉴定")), "appraise"),
    *_appraisal("testing", str(_("检测")), "appraise"),
    Row(
        action="record_fee_dispute",
        label=_("登记鉴定检测费用协商不成"),
        states=states("accepted", "mediating"),
        who=WORK,
        fields=(Field("on", Type.DATE, _("日期"), past=True, prefill="today"), Field("note", Type.TEXT, _("双方意见"))),
        fold=folds.setting(fee_dispute=True),
        article="appraise",
        group="more",
    ),
    Row(
        action="request_recusal",
        label=_("申请回避"),
        states=states("accepted", "mediating"),
        who=(*WORK, CITIZEN),
        fields=(
            Field("door", Type.CHOICE, _("来源"), choices=(
                ("own_duty", _("调解人员应当回避")), ("complainant", _("投诉人申请")), ("respondent", _("被投诉人申请")),
            )),
            common.REASON,
        ),
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
            Field("mediator", Type.STAFF, _("新的调解人员"), required=False, choices="staff",
                  required_if=lambda d: bool(d.get("granted"))),
            common.REASON,
        ),
        guards=(guards.recusal_is_pending,),
        fold=folds.recusal_decided,
        moves=(Resume(MEDIATION, "", when=_recusal_pauses),),
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
        action="agree",
        label=_("达成调解协议"),
        states=states("mediating"),
        to="agreed",
        who=WORK,
        fields=(
            Field("form", Type.CHOICE, _("记载方式"), choices=(
                ("form9", _("制作调解书")), ("performed", _("已经即时履行")), ("record", _("制作调解记录")),
            )),
            Field("on_site", Type.BOOL, _("现场调解"), required=False),
            Field("none_agreed", Type.BOOL, _("双方同意不制作调解书（附证明）"), required=False),
            Field("recovered", Type.MONEY, _("为消费者挽回损失（元）"), required=False),
            Field("terms", Type.TEXT, _("协议内容")),
            REPRESENTED,
        ),
        guards=(guards.within_mediation, guards.no_recusal_pending, guards.joint_consent, _other_than_form9),
        fold=folds.agreed,
        columns=lambda case, data, ctx: {**columns.recovered(case, data, ctx), "outcome": "agreed"},
        moves=(Meet(MEDIATION),),
        tells=(Tell("9", BOTH, when=_needs_document),),
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
            REPRESENTED,
        ),
        guards=(guards.joint_consent,),
        fold=folds.settle,
        columns=columns.recovered,
        article="settle",
        group="daily",
    ),
)

TABLE = Table.of(
    "complaint",
    common.register(moves=(Start(ACCEPTANCE, at="received_at", holder="centre",
                                 when=lambda case, data, ctx: not case.facts.confirmed),)),
    common.confirm_kind(),
    common.route(ACCEPTANCE),
    common.assign(),
    *DECISIONS,
    common.notify(OPEN | {"closed"}, WORK),
    *MEDIATION_ROWS,
    Row(
        action="request_materials",
        label=_("通知补充材料"),
        states=states("routed"),
        who=WORK,
        fields=(
            Field("items", Type.TEXT, _("需要补充的材料")),
            Field("answer_by", Type.DATE, _("答复日期"), future=True),
        ),
        guards=(guards.answer_before_acceptance,),
        fold=folds.asked_material,
        tells=(Tell("materials", ("complainant",), required=False),),
        article="request_materials",
        group="daily",
    ),
    Row(
        action="request_identity",
        label=_("限期提供身份证明"),
        states=states("routed"),
        who=WORK,
        fields=(
            Field("items", Type.TEXT, _("需要的身份证明材料")),
            Field("answer_by", Type.DATE, _("答复日期"), future=True),
        ),
        guards=(guards.answer_before_acceptance,),
        fold=folds.asked_material,
        tells=(Tell("4", ("complainant",), required=False),),
        article="request_identity",
        group="daily",
    ),
    common.record_contact(OPEN, MEDIATES, SIDES),
    common.add_evidence(OPEN, MEDIATES),
    common.send_message(ALL, MEDIATES),
    Row(
        action="withdraw",
        label=_("撤回投诉"),
        states=states("registered", "routed", "accepted", "mediating"),
        to=Branch(("withdrawn", "accepted", "mediating"), _withdrawn),
        who=(*WORK, CENTRE, CITIZEN),
        fields=(Field("statement", Type.TEXT, _("撤回的说明")), REPRESENTED),
        guards=(guards.joint_consent,),
        fold=folds.withdraw,
        moves=(Void(ACCEPTANCE, "withdrawn", when=_before_acceptance),),
        article="withdraw",
        group="more",
    ),
    common.close(states("refused", "agreed", "terminated", "withdrawn"), (*WORK, CENTRE)),
    common.return_to_centre(ACCEPTANCE),
    common.reassign(),
    common.propose(states("routed", "accepted", "mediating"), MEDIATES),
    common.approve(OPEN),
    common.reject(OPEN),
    *common.jurisdiction(ACCEPTANCE),
    *common.lead_and_police(WORKING | {"closed"}, WORK),
    *common.parts(states("routed", "accepted", "mediating"), WORK),
    Row(
        action="revoke_decision",
        label=_("撤销原决定"),
        states=states("refused", "terminated"),
        to=Branch(("routed", "accepted", "mediating"), _revoked_to),
        who=HEAD,
        fields=(common.REASON,),
        guards=(_decision_stands,),
        fold=folds.void_notices,
        moves=(
            Void(NOTICE, "decision_revoked"),
            Void(ACCEPTANCE, "decision_revoked"),
            Start(ACCEPTANCE, when=_was_refused),
            Start(MEDIATION, at="decided_at", when=_was_terminated),
            Hand(),
        ),
        article="",
        group="more",
    ),
    *common.after(ALL, reopens_to="routed"),
    Row(
        action="link_duplicate",
        label=_("关联重复投诉"),
        states=OPEN,
        who=(*WORK, CENTRE),
        fields=(Field("other", Type.CASE, _("另一件的编号")), common.NOTE),
        fold=folds.link("duplicate"),
        children=common.new_link("duplicate", "other"),
        jobs=("complete_links",),
        article="refuse",
        group="more",
    ),
    common.split(states("registered", "routed", "accepted", "mediating")),
    common.not_mixed(OPEN),
    common.flag(OPEN, WORK),
    common.platform(ALL, WORK),
    common.urge(OPEN),
    common.rate(states("closed")),
    common.link_back(ALL),
    common.recalculate(ALL),
)
