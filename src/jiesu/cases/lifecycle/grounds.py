"""What each ground of non-acceptance and of termination needs before it may be used.

Guards are written against the meaning of a ground, which is the same across instruments; its number is not.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lawbook import meaning
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.lawday import act_day
from jiesu.cases.lifecycle.table import Context, Refusal

LIMITATION_YEARS = 3


def _not_in_force(kind: str) -> Refusal:
    return Refusal("ground_not_in_force", kind, "ground")


def refusal_ground(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Non-acceptance names an item in force; some items need more (order 121 art. 16, order 20 art. 15)."""
    what = meaning(data["ground"], act_day(case, ctx.on))
    if not what:
        return _not_in_force(_("该不予受理情形在决定之日并不适用，请重新选择。"))
    if what == "outside_duties" and not data.get("competent"):
        return Refusal("competent_missing", _("请写明哪个机关有权处理。"), "competent")
    if what == "already_handled" and not data.get("earlier"):
        return Refusal("earlier_missing", _("请写明已经受理或者处理的机构和编号。"), "earlier")
    if what == "over_three_years":
        return _limitation(case, data)
    if what in ("missing_material", "missing_or_false_material") and not data.get("missing"):
        return Refusal("missing_items_unnamed", _("请写明缺少或者虚假的是哪些材料。"), "missing")
    if what == "identity":
        return _identity(case, data, ctx)
    if what == "other_law" and not data.get("legal_basis"):
        return Refusal("legal_basis_missing", _("请写明所依据的法律、法规、规章及条款。"), "legal_basis")
    return None


def _limitation(case: CaseState, data: Data) -> Refusal | None:
    """Three years from the day on which the complainant knew or ought to have known."""
    if not data.get("known_on"):
        return Refusal("known_on_missing", _("请填写知道或者应当知道权益受到侵害的日期。"), "known_on")
    known = date.fromisoformat(data["known_on"])
    received = case.received_at.astimezone(SHANGHAI).date()
    # 29 February ends on the last day of February of the third year (Civil Code art. 202).
    last_year = known.year + LIMITATION_YEARS
    try:
        last = known.replace(year=last_year)
    except ValueError:
        last = date(last_year, 2, 28)
    if received <= last:
        return Refusal("within_three_years", _("自该日起至收到投诉之日没有超过三年。"), "known_on")
    return None


def _identity(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Impersonation or refusal to verify; silence counts only where the notice is proven to have arrived in time."""
    basis = data.get("identity_basis")
    if not basis:
        return Refusal(
            "identity_basis_missing",
            _("请选择冒用名义、明确拒绝核验，或者收到通知后逾期不答。"),
            "identity_basis",
        )
    if basis != "silence":
        return None
    by = case.facts.identity_by
    proven = [n.proven_on for n in case.facts.notices.values() if n.form == "4" and n.proven_on is not None]
    if by is None or not any(day <= by for day in proven):
        return Refusal(
            "identity_notice_unproven",
            _("没有限期提供身份证明材料通知书在答复日期之前已经送达的证明，沉默不能视为拒绝核验。"),
            "identity_basis",
        )
    if ctx.on <= by:
        return Refusal(
            "identity_answer_awaited",
            _("答复日期 %(day)s 尚未过去，不能视为拒绝核验。") % {"day": by},
            "identity_basis",
        )
    return None


def termination_ground(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Each ground of termination has its own condition (order 121 art. 23, order 20 art. 21)."""
    what = meaning(data["ground"], act_day(case, ctx.on))
    facts = case.facts
    if not what:
        return _not_in_force(_("该终止调解情形在决定之日并不适用，请重新选择。"))
    if what == "withdrawn_or_settled" and facts.withdrawn_on is None and facts.settled_on is None:
        return Refusal("not_withdrawn", _("没有撤回投诉或者自行和解的记录，请先登记。"), "ground")
    if what == "absent_or_refused" and not missed(case) and not _refused(case, str(data["ground"])):
        return Refusal(
            "absence_unproven",
            _("需有已证明送达的调解通知和缺席记录，或者明确拒绝调解的记录；沉默不等于拒绝。"),
            "ground",
        )
    if what == "no_agreement" and not any(s.result == "no_agreement" for s in facts.sessions.values()):
        return Refusal("no_session_held", _("需有已举行的调解和一方明确表示无法达成协议的记录。"), "ground")
    if what == "fee_dispute" and not facts.fee_dispute:
        return Refusal("no_fee_dispute", _("没有鉴定、检测费用协商不成的记录，请先登记。"), "ground")
    if what == "appraisal_body_or_fee_dispute" and not (facts.fee_dispute or facts.body_dispute):
        return Refusal("no_fee_dispute", _("没有技术机构或者费用协商不成的记录，请先登记。"), "ground")
    clock = case.clock("complaint.mediation")
    if what == "period_over" and (clock is None or clock.due_on is None or ctx.on <= clock.due_on):
        return Refusal("period_not_over", _("调解期限尚未届满，不能以期满未达成协议为由终止。"), "ground")
    if what in ("art16_or_42_found", "art15_found"):
        return _item(case, data, what)
    if what == "death_or_dissolution" and not data.get("proof"):
        return Refusal("proof_missing", _("请写明死亡或者主体资格灭失的证明材料。"), "proof")
    if what == "other_law" and not data.get("legal_basis"):
        return Refusal("legal_basis_missing", _("请写明所依据的法律、法规、规章及条款。"), "legal_basis")
    return None


def missed(case: CaseState) -> bool:
    """Whether a party was told of a session before it, with proof, and stayed away without a good reason."""
    for session in case.facts.sessions.values():
        if session.result != "missed":
            continue
        day = session.starts_at.astimezone(SHANGHAI).date() if session.starts_at else None
        for seq in session.notices:
            notice = case.facts.notices.get(seq)
            if notice is None or notice.to not in session.absent or notice.proven_on is None:
                continue
            if day is None or notice.proven_on <= day:
                return True
    return False


def _refused(case: CaseState, ground: str) -> bool:
    """An express refusal to mediate. Under order 20 only that of the respondent ends the mediation."""
    refusals = case.facts.express_refusals
    return "respondent" in refusals if ground.startswith("20.") else bool(refusals)


def _item(case: CaseState, data: Data, what: str) -> Refusal | None:
    if not data.get("item"):
        return Refusal("item_missing", _("请写明发现存在哪一项情形。"), "item")
    if data["item"] == "fraud":
        if what == "art15_found":
            return Refusal("item_not_in_force", _("原办法没有这一情形，请重新选择。"), "item")
        if not case.facts.police:
            return Refusal("not_transferred", _("还没有移送公安机关的记录，请先移送。"), "item")
    return None
