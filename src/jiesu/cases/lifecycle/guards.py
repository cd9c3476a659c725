"""What must hold before an action. Each guard answers with what to do, or None."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.kinds import BRINGER, OPPOSITE, Kind
from jiesu.cases.lawbook import meaning
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.table import Context, Guard, Refusal


def confirmed(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """A person has said which kind the case is; until then nothing is decided."""
    if not case.facts.confirmed:
        return Refusal("kind_unconfirmed", _("请先确认来件类型，再作处理。"))
    return None


def routed_elsewhere_only_through_centre(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """What a bureau received itself is not "returned": it is refused or informed (order 121 arts. 16(1), 34)."""
    if case.facts.direct:
        return Refusal(
            "received_directly",
            _(
                "此件由本局直接收到，不能退回中心：投诉请依法作出不予受理决定并告知有权机关，举报请告知举报人。"
            ),
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
    since = date.fromisoformat(data["since"])
    for clock in case.clocks:
        if clock.running and clock.rule in PAUSABLE and since < clock.started_at.astimezone(SHANGHAI).date():
            return Refusal("pause_before_start", _("开始日期不能早于期限起算之日。"), "since")
    return None


PAUSABLE = frozenset(
    {"complaint.mediation", "report.verification", "lead.verification", "lead.found_otherwise"}
)


def told_not_before_made(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """A proof lies neither in the future nor before the day on which the notice was made."""
    notice = case.facts.notices.get(int(data["message"]))
    if notice is None:
        return Refusal("unknown_message", _("请选择要记录送达情况的告知。"), "message")
    if datetime.fromisoformat(data["told_at"]) > ctx.at:
        return Refusal("told_in_future", _("告知时间不能晚于现在。"), "told_at")
    return None


def refusal_ground(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Non-acceptance names an item in force; some items need more (order 121 art. 16; ``law/practice.md`` §3)."""
    what = meaning(data["ground"], ctx.on)
    if not what:
        return Refusal("ground_not_in_force", _("该不予受理情形在决定之日并不适用，请重新选择。"), "ground")
    if what == "outside_duties" and not data.get("competent"):
        return Refusal("competent_missing", _("请写明哪个机关有权处理。"), "competent")
    if what == "already_handled" and not data.get("earlier"):
        return Refusal("earlier_missing", _("请写明已经受理或者处理的机构和编号。"), "earlier")
    if what == "identity":
        basis = data.get("identity_basis")
        if not basis:
            return Refusal(
                "identity_basis_missing",
                _("请选择冒用名义、明确拒绝核验，或者收到通知后逾期不答。"),
                "identity_basis",
            )
        if basis == "silence" and not any(
            n.form == "4" and n.proven_on is not None for n in case.facts.notices.values()
        ):
            return Refusal(
                "identity_notice_unproven",
                _("没有限期提供身份证明材料通知书已经送达的证明，沉默不能视为拒绝核验。"),
                "identity_basis",
            )
    return None


def termination_ground(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Each ground of termination has its own condition (order 121 art. 23; ``law/practice.md`` §5)."""
    what = meaning(data["ground"], ctx.on)
    facts = case.facts
    if not what:
        return Refusal("ground_not_in_force", _("该终止调解情形在决定之日并不适用，请重新选择。"), "ground")
    if what == "withdrawn_or_settled" and facts.withdrawn_on is None and facts.settled_on is None:
        return Refusal("not_withdrawn", _("没有撤回投诉或者自行和解的记录，请先登记。"), "ground")
    if what == "absent_or_refused":
        missed = any(
            s.result == "missed"
            and any(
                facts.notices[n].proven_on
                for n in s.notices
                if n in facts.notices and facts.notices[n].to in s.absent
            )
            for s in facts.sessions.values()
        )
        if not missed and not facts.express_refusals:
            return Refusal(
                "absence_unproven",
                _("需有已证明送达的调解通知和缺席记录，或者明确拒绝调解的记录；沉默不等于拒绝。"),
                "ground",
            )
    if what == "no_agreement" and not any(s.result == "no_agreement" for s in facts.sessions.values()):
        return Refusal("no_session_held", _("需有已举行的调解和一方明确表示无法达成协议的记录。"), "ground")
    if what in ("fee_dispute", "appraisal_body_or_fee_dispute") and not facts.fee_dispute:
        return Refusal("no_fee_dispute", _("没有鉴定、检测费用协商不成的记录，请先登记。"), "ground")
    clock = case.clock("complaint.mediation")
    if what == "period_over" and (clock is None or clock.due_on is None or ctx.on <= clock.due_on):
        return Refusal("period_not_over", _("调解期限尚未届满，不能以期满未达成协议为由终止。"), "ground")
    if what in ("art16_or_42_found", "art15_found") and not data.get("item"):
        return Refusal("item_missing", _("请写明发现存在哪一项情形。"), "item")
    if what == "death_or_dissolution" and not data.get("proof"):
        return Refusal("proof_missing", _("请写明死亡或者主体资格灭失的证明材料。"), "proof")
    return None


def approved_extension_possible(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """An extension is approved before the last day, once (order 121 art. 27; Penalty Procedure art. 18)."""
    clock = case.clock(str(data["clock"]))
    if clock is None:
        return Refusal("no_clock", _("请选择正在计时的期限。"), "clock")
    if clock.due_on is not None and ctx.on > clock.due_on:
        return Refusal("extension_too_late", _("期限已经届满，不能再批准延长。"), "clock")
    return None


def conditions_named(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Declining names a missing condition of Penalty Procedure art. 19 or an item of art. 20."""
    if not data.get("missing_conditions") and not data.get("may_not_file"):
        return Refusal(
            "no_ground", _("请选择不具备的立案条件，或者可以不予立案的情形。"), "missing_conditions"
        )
    return None


def two_officers(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """On-site work and investigation need two officers at least."""
    if data.get("on_site") is False:
        return None
    officers = [o for o in str(data.get("officers_named", "")).split(",") if o]
    if len(officers) < 2:
        return Refusal("one_officer", _("现场核查、办案人员不得少于两人。"), "officers_named")
    return None


def duties_told(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Before a named report closes: told under an article, or no duty with the reason."""
    if case.kind == Kind.REPORT and not case.anonymous and not case.facts.informed:
        return Refusal("informant_unanswered", _("请先告知举报人，或者记录没有告知义务及其理由。"))
    return None


def nothing_owed(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """A case closes when all is told with proof, every clock is done, no part is open, nothing waits for approval."""
    owed = owed_before_close(case, ctx)
    if owed:
        return Refusal("open_duties", _("还不能办结：") + "；".join(owed))
    return None


def owed_before_close(case: CaseState, ctx: Context) -> list[str]:
    """What stands between the case and its close, in words. Empty when it may be closed."""
    owed: list[str] = []
    facts = case.facts
    if case.unproven():
        owed.append(_("有 %(n)d 件必须的告知还没有送达证明") % {"n": len(case.unproven())})
    if any(c.running and c.statutory and not c.after_close for c in case.clocks):
        owed.append(_("还有法定期限在计时"))
    if facts.open_parts:
        owed.append(_("还有 %(n)d 件协办未完成") % {"n": facts.open_parts})
    if facts.proposals:
        owed.append(_("还有等待审批的拟办意见"))
    if facts.recusal_pending:
        owed.append(_("回避申请尚未决定"))
    if facts.mixed == "suggested":
        owed.append(_("来件可能同时包含投诉和举报，请先拆分或者确认不拆分"))
    if case.kind == Kind.COMPLAINT and facts.decision is not None and not facts.violation_asked:
        owed.append(_("请先回答材料是否反映涉嫌违法线索"))
    return owed


def joint_consent(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Agreement, withdrawal and changed claims need the consent of those represented (order 121 art. 12)."""
    bringer = BRINGER[Kind(case.kind)]
    represented = [p for p in case.facts.parties if p.role == bringer and p.represented_by]
    if represented and not data.get("represented_consent"):
        return Refusal(
            "represented_consent_missing",
            _("共同投诉须经被代表的投诉人同意，请附上同意并勾选。"),
            "represented_consent",
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
    return None


def no_dispute_open(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.facts.dispute:
        return Refusal("dispute_open", _("管辖争议正在处理，请先协商一致或者由上级指定。"))
    return None
