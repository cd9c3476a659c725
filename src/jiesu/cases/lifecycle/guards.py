"""What must hold before an action. Each guard answers with what to do, or None."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.utils.translation import gettext as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.kinds import BRINGER, OPPOSITE, Kind, PartyRole
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.table import Context, Guard, Refusal


def confirmed(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """A person has said which kind the case is; until then nothing is decided."""
    if not case.facts.confirmed:
        return Refusal("kind_unconfirmed", _("请先确认来件类型，再作处理。"))
    return None


def routed_elsewhere_only_through_centre(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """What a bureau received itself is not "returned": it is refused or informed (order 121 arts. 16(1), 34)."""
    if case.facts.direct and data.get("cause") != "wrong_kind":
        return Refusal(
            "received_directly",
            _(
                "此件由本局直接收到，不能退回中心：投诉请依法作出不予受理决定并告知有权机关，举报请告知举报人。"
            ),
        )
    return None


def arrival_plausible(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """An arrival on an earlier day is recorded with its reason, and lies not before the first receipt."""
    if not data.get("arrived_at"):
        return None
    arrived = datetime.fromisoformat(data["arrived_at"])
    if arrived < case.received_at:
        return Refusal("arrived_before_received", _("到达时间不能早于首次收到的时间。"), "arrived_at")
    if arrived.astimezone(SHANGHAI).date() < ctx.on and not data.get("note"):
        return Refusal("back_dating_unexplained", _("补录以前的到达时间，请在备注中写明理由。"), "note")
    return None


def platform_unreachable(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """That the shown address cannot be reached is proven by the contact log (order 121 art. 13(3))."""
    if data.get("basis") == "platform_seat_unreachable" and "respondent" not in case.facts.unreached:
        return Refusal(
            "contact_records_missing",
            _("没有与被投诉人联系未果的记录，不能以无法取得联系为由分送平台住所地，请先记录联系。"),
            "basis",
        )
    return None


def two_representatives(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """A joint complaint is brought by two representatives at most (order 121 art. 12)."""
    parties = data.get("parties") or []
    bringer = BRINGER[Kind(case.kind)]
    speaking = {p.get("represented_by") for p in parties if p["role"] == bringer} - {None}
    agents = {p["seq"] for p in parties if p["role"] == PartyRole.AGENT}
    if len(speaking - agents) > 2:
        return Refusal("too_many_representatives", _("共同投诉的代表人不得超过两名。"))
    return None


def inside_only(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """A matter is referred inside one bureau; to another bureau it goes through the centre (order 121 art. 41)."""
    if int(data["organisation"]) != ctx.authority:
        return Refusal(
            "sideways", _("只能转本局内部机构；属于其他机关的，请退回或者告知相应途径。"), "organisation"
        )
    return None


def own_bureau(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """What another bureau handles is ended by that bureau, whoever registered it."""
    if case.organisation is not None and ctx.authority != case.organisation:
        return Refusal("another_bureau", _("本件由其他局办理，请由该局处理。"))
    return None


def received_by_distribution(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Without authority over a report that came by distribution it goes back, not to the informant (art. 41)."""
    if case.state != "registered" and not case.facts.direct:
        return Refusal(
            "came_by_distribution",
            _("此件由统一接收机构分送，不具备处理权限的应当退回该机构，不得自行告知或者移送。"),
        )
    return None


def someone_named(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if not data.get("office") and not data.get("staff"):
        return Refusal("nobody_named", _("请选择承办机构或者承办人。"), "staff")
    return None


def not_yet_assigned(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.assignee is not None:
        return Refusal("already_assigned", _("本案已有承办人，请用“改派”。"))
    return None


def already_assigned(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.assignee is None and case.office is None:
        return Refusal("not_assigned", _("本案还没有承办人，请用“指派”。"))
    return None


def answer_before_acceptance(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Asking for material or identity does not stop the 7 working days, so the answer date lies before their end."""
    clock = case.clock("complaint.acceptance")
    if (
        clock is not None
        and clock.due_on is not None
        and date.fromisoformat(data["answer_by"]) >= clock.due_on
    ):
        return Refusal(
            "answer_too_late",
            _("补正、核验不停止受理期限的计算，请把答复日期定在 %(day)s 之前。") % {"day": clock.due_on},
            "answer_by",
        )
    return None


def no_recusal_pending(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.facts.recusal_pending:
        return Refusal("recusal_pending", _("回避申请尚未决定，调解中止，请先作出是否回避的决定。"))
    return None


def no_recusal_yet(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.facts.recusal_pending:
        return Refusal("recusal_pending", _("已有回避申请等待决定。"))
    return None


def mediator_not_recused(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Who has been recused does not come back to the same dispute; a granted recusal means somebody else."""
    mediator = data.get("mediator")
    gone = set(case.facts.recused)
    if data.get("granted"):
        gone |= {m for m in (case.facts.mediator or case.assignee,) if m is not None}
    if mediator is not None and int(mediator) in gone:
        return Refusal("mediator_recused", _("该调解人员已经回避，请另选调解人员。"), "mediator")
    return None


def recusal_is_pending(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if not case.facts.recusal_pending:
        return Refusal("no_recusal", _("没有待决定的回避申请。"))
    return None


def both_consent(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Mediation needs the consent of both (order 121 art. 18)."""
    missing = [r for r in ("complainant", "respondent") if not case.facts.consents.get(r)]
    if missing:
        return Refusal("consent_missing", _("尚未记录双方都同意调解，请先征求并记录双方意见。"))
    return None


def commission_consented(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """From the Regulation on, commissioning needs the consent of both (art. 46(4); order 121 art. 19)."""
    if case.facts.commissioned is not None:
        return Refusal("already_commissioned", _("本件已经委托调解；变更受委托组织的，请先收回委托。"))
    if data.get("consent_required") is False:
        return None
    if not all(case.facts.commission_consents.get(r) for r in ("complainant", "respondent")):
        return Refusal(
            "commission_consent_missing", _("委托调解须经双方同意，请先记录双方对委托调解的意见。")
        )
    return None


def within_mediation(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """After the last day of mediation there is no agreement to record, only termination."""
    clock = case.clock("complaint.mediation")
    if clock is not None and clock.due_on is not None and ctx.on > clock.due_on:
        return Refusal(
            "mediation_over", _("调解期限已于 %(day)s 届满，应当终止调解。") % {"day": clock.due_on}
        )
    return None


def nothing_suspended(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.facts.appraisal:
        return Refusal("already_paused", _("已有鉴定或者检测正在进行。"))
    return None


def appraisal_runs(kind: str) -> Guard:
    """Guard: an appraisal or testing of that kind is under way and does not end before it began."""

    def guard(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
        if case.facts.appraisal != kind:
            return Refusal("not_paused", _("没有正在进行的鉴定或者检测。"))
        for clock in case.clocks:
            for since, until in clock.pauses:
                if until is None and date.fromisoformat(data["until"]) < since:
                    return Refusal("ends_before_start", _("结束日期不能早于开始日期。"), "until")
        return None

    return guard


def pause_not_before_start(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """A pause lies within its period: what begins after the last day no longer stops anything."""
    since = date.fromisoformat(data["since"])
    for clock in case.clocks:
        if not clock.running or clock.rule not in PAUSABLE:
            continue
        if since < clock.started_at.astimezone(SHANGHAI).date():
            return Refusal("pause_before_start", _("开始日期不能早于期限起算之日。"), "since")
        if clock.due_on is not None and since > clock.due_on:
            return Refusal(
                "pause_after_end",
                _("期限已于 %(day)s 届满，其后开始的鉴定、检测不再停止计算期限。") % {"day": clock.due_on},
                "since",
            )
    return None


PAUSABLE = frozenset(
    {"complaint.mediation", "report.verification", "lead.verification", "lead.found_otherwise"}
)


def told_not_before_made(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """A proof lies neither in the future nor before the day on which the notice was made."""
    notice = case.facts.notices.get(int(data["message"]))
    if notice is None:
        return Refusal("unknown_message", _("请选择要记录送达情况的告知。"), "message")
    told = datetime.fromisoformat(data["told_at"])
    if told > ctx.at:
        return Refusal("told_in_future", _("告知时间不能晚于现在。"), "told_at")
    if notice.made_on is not None and told.astimezone(SHANGHAI).date() < notice.made_on:
        return Refusal("told_before_made", _("告知时间不能早于作出之日。"), "told_at")
    if data["result"] == "delivered" and notice.form in IN_WRITING and data["channel"] == "phone":
        return Refusal("in_writing", _("此件应当书面送达，电话告知不足为凭。"), "channel")
    return None


#: Served in writing: both parties hold form 9 in their hands (order 121 art. 24); Food Safety Law art. 115.
IN_WRITING = frozenset({"9", "food_transfer"})


def approved_extension_possible(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """An extension is approved before the last day, once (order 121 art. 27; Penalty Procedure art. 18)."""
    clock = case.clock(str(data["clock"]))
    if clock is None:
        return Refusal("no_clock", _("请选择正在计时的期限。"), "clock")
    if clock.extensions:
        return Refusal("already_extended", _("该期限已经延长过一次，不能再次延长。"), "clock")
    if clock.due_on is not None and ctx.on >= clock.due_on:
        return Refusal("extension_too_late", _("延长应当在期限的最后一日之前批准，现在已不能延长。"), "clock")
    return None


def conditions_named(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Declining names a missing condition of Penalty Procedure art. 19 or an item of art. 20."""
    if not data.get("missing_conditions") and not data.get("may_not_file"):
        return Refusal(
            "no_ground", _("请选择不具备的立案条件，或者可以不予立案的情形。"), "missing_conditions"
        )
    return None


#: What may stand between two officers, however they were typed.
SEPARATORS = re.compile(r"[,，、;；\s]+")


def two_officers(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """An investigation needs two officers at least."""
    officers = {o for o in SEPARATORS.split(str(data.get("officers_named", ""))) if o}
    if len(officers) < 2:
        return Refusal("one_officer", _("现场核查、办案人员不得少于两人。"), "officers_named")
    return None


def two_officers_on_site(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Work on site needs two officers; reading papers at the desk does not."""
    return two_officers(case, data, ctx) if data.get("on_site") else None


def duties_told(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Before a named report closes: told under each article that asks for it, or no duty with the reason."""
    facts = case.facts
    if case.kind != Kind.REPORT or case.anonymous:
        return None
    if not facts.informed:
        return Refusal("informant_unanswered", _("请先告知举报人，或者记录没有告知义务及其理由。"))
    left = [d for d in facts.duties if d not in facts.duties_answered]
    if left and "no_duty" not in facts.duties_answered:
        return Refusal(
            "duty_unanswered",
            _("还有 %(n)d 项告知义务没有办理，请告知举报人，或者记录没有该项义务及其理由。")
            % {"n": len(left)},
        )
    return None


def has_opposite(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if not case.parties(OPPOSITE[Kind(case.kind)]):
        return Refusal("respondent_missing", _("还没有登记被投诉人，请先补充。"))
    return None


def no_proposal_of_same(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if any(p.action == data.get("action") for p in case.facts.proposals.values()):
        return Refusal("already_proposed", _("同样的拟办意见正在等待审批。"))
    return None


def proposal_waits(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if int(data["proposal"]) not in case.facts.proposals:
        return Refusal("proposal_gone", _("这件拟办意见已经处理，请刷新后查看。"), "proposal")
    return None


def session_planned(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    session = case.facts.sessions.get(int(data["session"]))
    if session is None or session.result != "planned":
        return Refusal("session_gone", _("这次调解已有记录，请刷新后查看。"), "session")
    if data.get("result") != "postponed" and session.starts_at is not None and ctx.at < session.starts_at:
        return Refusal("session_not_begun", _("调解时间未到，只能登记改期。"), "session")
    return None


def no_dispute_open(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.facts.dispute:
        return Refusal("dispute_open", _("管辖争议正在处理，请先协商一致或者由上级指定。"))
    return None


def own_procedure_done(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """An information request or a review application goes on under its own statute, whatever else the letter holds."""
    if any(c.running and c.rule.startswith("other.") for c in case.clocks):
        return Refusal("own_procedure", _("政府信息公开申请、行政复议申请的期限还在计时，请先转入该程序。"))
    return None


_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:/()（）〔〕号-]{0,63}")


def code_like(name: str) -> Guard:
    """Guard: a number or a key as other systems give it; words have no place in an event."""

    def guard(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
        value = data.get(name)
        if value and not _CODE.fullmatch(str(value)):
            return Refusal("not_a_code", _("请填写编号，由数字、字母和连接符组成。"), name)
        return None

    return guard
