"""The complaint, from registration to close (order 121 arts. 13–27, order 20 arts. 12–23)."""

from __future__ import annotations

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lawbook import refusal_grounds
from jiesu.cases.lifecycle import (
    approval,
    columns,
    common,
    contact,
    disputes,
    ending,
    folds,
    grounds,
    guards,
    informing,
    linking,
    representing,
    special,
    suggesting,
    transfer,
)
from jiesu.cases.lifecycle.fields import SHANGHAI, Field, Type
from jiesu.cases.lifecycle.lawday import act_day
from jiesu.cases.lifecycle.mediation import BOTH, MEDIATES, MEDIATION, MEDIATION_ROWS, SIDES
from jiesu.cases.lifecycle.roles import CITIZEN, COMMISSIONED, FRONT, HEAD, WORK
from jiesu.cases.lifecycle.table import (
    Branch,
    Context,
    Meet,
    Refusal,
    Row,
    Start,
    Table,
    Tell,
    Void,
    states,
)

ACCEPTANCE = "complaint.acceptance"


NOTICE = "complaint.termination_notice"

OPEN = states(
    "registered",
    "routed",
    "accepted",
    "mediating",
    "refused",
    "agreed",
    "terminated",
    "withdrawn",
    "transferred",
)

ALL = OPEN | {"closed"}


VIOLATION = Field(
    "violation",
    Type.BOOL,
    _("材料是否反映涉嫌违法线索"),
    help=_("选“是”将移出线索另行核查；选“否”记录在案"),
)


LEGAL_BASIS = Field(
    "legal_basis",
    Type.LINE,
    _("法律、法规、规章依据"),
    required=False,
    length=200,
    help=_("“其他情形”必须写明条款"),
)


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


def _withdrawn(state: CaseState, data: Data, ctx: Context) -> str:
    return state.state if state.state in ("accepted", "mediating") else "withdrawn"


def _before_acceptance(case: CaseState, data: Data, ctx: Context) -> bool:
    return case.state == "withdrawn"


def _late(case: CaseState, ctx: Context) -> tuple[str, ...]:
    clock = case.clock(ACCEPTANCE)
    found: list[str] = []
    if clock is not None and clock.due_on is not None and ctx.on > clock.due_on:
        found.append(str(_("受理期限已过，现在作出的决定将记为逾期。")))
    if case.facts.incomplete:
        found.append(str(_("来件缺少办法要求的材料，见“待补正”。")))
    return tuple(found)


def _new_grounds(case: CaseState, ctx: Context) -> tuple[str, ...]:
    """Order 121 added grounds against the complainant; a complaint received under order 20 did not know them."""
    received = case.received_at.astimezone(SHANGHAI).date()
    known = {g.meaning for g in refusal_grounds(received)}
    added = any(g.meaning not in known for g in refusal_grounds(act_day(case, ctx.on)))
    return (str(_("收到投诉时施行的是原办法，其后新增的不予受理情形请谨慎适用。")),) if added else ()


def _adverse_new_ground(case: CaseState, ctx: Context) -> tuple[str, ...]:
    return (*_late(case, ctx), *_new_grounds(case, ctx))


def _decision_stands(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.facts.decision is None:
        return Refusal("no_decision", say("没有可以撤销的决定。"))
    return None


def _revoked_to(state: CaseState, data: Data, ctx: Context) -> str:
    return (
        "mediating"
        if state.state == "terminated" and all(state.facts.consents.get(s) for s in BOTH)
        else ("accepted" if state.state == "terminated" else "routed")
    )


def _was_refused(case: CaseState, data: Data, ctx: Context) -> bool:
    return case.state == "routed"


def _was_terminated(case: CaseState, data: Data, ctx: Context) -> bool:
    return case.state in ("accepted", "mediating")


DECISIONS = (
    Row(
        action="accept",
        label=_("受理"),
        states=states("routed"),
        to="accepted",
        who=WORK,
        fields=(Field("note", Type.TEXT, _("告知中的补充说明"), required=False),),
        guards=(guards.confirmed, guards.has_opposite, representing.joint_handling_agreed),
        fold=folds.setting(accepted=True),
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
            Field(
                "competent",
                Type.LINE,
                _("有权处理的机关"),
                required=False,
                length=120,
                help=_("情形（一）必须写明"),
            ),
            Field(
                "earlier",
                Type.LINE,
                _("已经受理或者处理的机构和编号"),
                required=False,
                length=120,
                help=_("情形（二）必须写明"),
            ),
            Field(
                "factors",
                Type.MULTI,
                _("判断因素"),
                required=False,
                choices="factors",
                help=_("情形（三）可以考虑的因素；不得只凭一项因素认定"),
            ),
            Field(
                "identity_basis",
                Type.CHOICE,
                _("身份核验的依据"),
                required=False,
                choices=(
                    ("impersonation", _("冒用他人名义")),
                    ("express_refusal", _("明确拒绝核验")),
                    ("silence", _("收到通知后逾期不答")),
                ),
            ),
            Field(
                "known_on",
                Type.DATE,
                _("知道或者应当知道权益受到侵害的日期"),
                required=False,
                past=True,
                help=_("情形（四）必须填写"),
            ),
            Field(
                "missing",
                Type.TEXT,
                _("缺少或者虚假的材料"),
                required=False,
                length=500,
                help=_("情形（五）必须写明"),
            ),
            LEGAL_BASIS,
            VIOLATION,
        ),
        guards=(guards.confirmed, grounds.refusal_ground),
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
            LEGAL_BASIS,
            VIOLATION,
        ),
        guards=(guards.no_recusal_pending, grounds.termination_ground),
        fold=folds.violation,
        moves=(Meet(MEDIATION), Start(NOTICE), Meet(NOTICE, decided=True)),
        tells=(Tell("8", BOTH, meets=NOTICE),),
        follow=_lead_too,
        decides=True,
        outcome="terminated",
        approval="approval.terminate",
        proposed_by=(COMMISSIONED,),
        article="terminate",
        warn=_new_grounds,
        group="main",
    ),
)

BASIS = Field(
    "basis",
    Type.CHOICE,
    _("管辖依据"),
    required=False,
    choices=(
        ("place", _("实际经营地或者住所地")),
        ("shown_address", _("平台公示的地址")),
        ("platform_seat", _("平台经营者住所地")),
        ("platform_seat_unreachable", _("按公示地址无法取得联系，由平台经营者住所地处理")),
    ),
)


def _already_withdrawn(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.facts.withdrawn_on is not None:
        return Refusal("already_withdrawn", say("已有撤回投诉的记录。"))
    return None


def _agrees_to_one(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Treated as one only with the complainant's recorded consent; otherwise each gets a decision of its own."""
    if not data.get("consent"):
        return Refusal("consent_missing", say("投诉人没有同意的，应当对本件另行作出决定。"), "consent")
    if int(data["other"]) == case.number:
        return Refusal("itself", say("请填写另一件投诉的编号。"), "other")
    return None


def _reopened(case: CaseState, data: Data, ctx: Context) -> str:
    """A termination that falls leaves an accepted complaint; whatever else falls leaves one to be decided."""
    if case.facts.accepted:
        return "mediating" if all(case.facts.consents.get(s) for s in BOTH) else "accepted"
    return "routed"


TABLE = Table.of(
    "complaint",
    common.register(),
    common.confirm_kind(),
    common.route(
        ACCEPTANCE,
        BASIS,
        guards_too=(guards.platform_unreachable,),
        moves_too=(informing.ADVERTISING_COMPLAINT,),
    ),
    common.assign(),
    *DECISIONS,
    informing.complainant(OPEN - {"registered"}, WORK),
    contact.notify(OPEN | {"closed"}, (*WORK, *FRONT)),
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
        fold=folds.asked_identity,
        tells=(Tell("4", ("complainant",), required=False),),
        only_with_law=True,
        article="request_identity",
        group="daily",
    ),
    contact.record_contact(OPEN, (*MEDIATES, *FRONT), SIDES),
    contact.add_evidence(OPEN, MEDIATES),
    contact.send_message(ALL, MEDIATES),
    Row(
        action="withdraw",
        label=_("撤回投诉"),
        states=states("registered", "routed", "accepted", "mediating"),
        to=Branch(
            ("withdrawn", "accepted", "mediating"),
            _withdrawn,
            {
                "registered": ("withdrawn",),
                "routed": ("withdrawn",),
                "accepted": ("accepted",),
                "mediating": ("mediating",),
            },
        ),
        who=(*WORK, *FRONT, CITIZEN),
        fields=(
            Field("statement", Type.TEXT, _("撤回的说明")),
            representing.BY_AGENT,
        ),
        guards=(
            _already_withdrawn,
            representing.represented_agree("withdrawal"),
            representing.within_powers("withdraw"),
        ),
        fold=folds.withdraw,
        moves=(Void(ACCEPTANCE, "withdrawn", when=_before_acceptance),),
        article="withdraw",
        group="more",
    ),
    ending.close(states("refused", "agreed", "terminated", "withdrawn", "transferred"), (*WORK, *FRONT)),
    common.return_to_centre(ACCEPTANCE, voids=(informing.ADVERTISING_NOTICE,)),
    transfer.food(states("registered", "routed"), "complainant", ACCEPTANCE, told=ACCEPTANCE),
    common.reassign(),
    *approval.rows(states("routed", "accepted", "mediating"), MEDIATES, OPEN),
    *disputes.jurisdiction(ACCEPTANCE),
    linking.raise_lead(ALL | {"merged"}, (*WORK, *FRONT)),
    transfer.police((OPEN - {"registered"}) | {"closed"}, WORK),
    *ending.parts(states("routed", "accepted", "mediating"), WORK),
    Row(
        action="revoke_decision",
        label=_("撤销原决定"),
        states=states("refused", "terminated"),
        to=Branch(
            ("routed", "accepted", "mediating"),
            _revoked_to,
            {"refused": ("routed",), "terminated": ("accepted", "mediating")},
        ),
        who=HEAD,
        fields=(common.REASON,),
        guards=(_decision_stands,),
        fold=folds.void_notices,
        columns=columns.undecided,
        moves=(
            Void(NOTICE, "decision_revoked"),
            Void(ACCEPTANCE, "decision_revoked"),
            Start(ACCEPTANCE, when=_was_refused),
            Start(MEDIATION, when=_was_terminated),
        ),
        article="",
        group="more",
    ),
    *ending.after(
        ALL | {"merged"},
        reopens_to=Branch(("routed", "accepted", "mediating"), _reopened),
        rules=(("routed", ACCEPTANCE), ("accepted", MEDIATION), ("mediating", MEDIATION)),
    ),
    Row(
        action="link_duplicate",
        label=_("关联重复投诉"),
        states=OPEN,
        who=(*WORK, *FRONT),
        fields=(Field("other", Type.CASE, _("另一件的编号")), common.NOTE),
        fold=folds.link("duplicate"),
        children=common.new_link("duplicate", "other"),
        jobs=("complete_links",),
        article="refuse",
        group="more",
    ),
    Row(
        action="join_duplicate",
        label=_("经同意与先前投诉作一件处理"),
        states=states("registered", "routed"),
        to="merged",
        who=(*WORK, *FRONT),
        fields=(
            Field("other", Type.CASE, _("先前投诉的编号")),
            Field("consent", Type.BOOL, _("投诉人同意作为一件处理")),
            Field(
                "proof",
                Type.CHOICE,
                _("同意的凭据"),
                choices=(
                    ("written", _("书面")),
                    ("call_record", _("电话录音")),
                    ("message", _("短信或者网上回复")),
                ),
            ),
            common.REASON,
        ),
        guards=(_agrees_to_one, guards.own_bureau),
        fold=folds.link("duplicate"),
        columns=lambda case, data, ctx: {"outcome": "joined"},
        moves=(Void(ACCEPTANCE, "joined"),),
        children=common.new_link("duplicate", "other"),
        jobs=("complete_links",),
        article="refuse",
        group="more",
    ),
    linking.split(states("registered", "routed", "accepted", "mediating")),
    linking.not_mixed(OPEN),
    *special.rows(OPEN, WORK, rules=(ACCEPTANCE, MEDIATION, NOTICE)),
    *representing.rows(states("registered", "routed", "accepted", "mediating")),
    *representing.parties(OPEN, (*WORK, *FRONT)),
    *ending.promises(OPEN, WORK),
    ending.call_back(*WORK),
    ending.platform(ALL, WORK),
    contact.urge(OPEN),
    contact.rate(states("closed")),
    linking.link_back(ALL),
    *suggesting.rows(OPEN),
    ending.recalculate(ALL),
)
