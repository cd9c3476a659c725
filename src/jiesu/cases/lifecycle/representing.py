"""Who speaks for whom: agents within their powers, the represented asked before their rights are given away.

Order 121 arts. 11 and 12, order 20 arts. 10 and 11.
"""

from __future__ import annotations

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.kinds import BRINGER, Kind, PartyRole
from jiesu.cases.lifecycle import folds
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import CITIZEN, FRONT, WORK
from jiesu.cases.lifecycle.table import By, Context, Guard, NewChild, Refusal, Row

POWERS = (
    ("lodge", _("代为提出投诉、提交材料")),
    ("mediate", _("代为参加调解、表明意见")),
    ("claim", _("代为变更、放弃投诉请求")),
    ("agree", _("代为达成调解协议、和解")),
    ("withdraw", _("代为撤回投诉")),
    ("receive", _("代为接收文书")),
)
SUBJECTS = (
    ("joint_handling", _("同意按共同投诉处理")),
    ("agreement", _("同意达成调解协议、和解")),
    ("withdrawal", _("同意撤回投诉")),
    ("changed_claim", _("同意变更、放弃投诉请求")),
)
#: The agent through whom the party acts, if not in person.
BY_AGENT = Field("agent", Type.WHOLE, _("由代理人办理"), required=False, choices="agents")
COMPLETES = Field(
    "completes",
    Type.MULTI,
    _("由此补齐的缺项"),
    required=False,
    choices="incomplete",
    help=_("登记时缺少的项目"),
)


def within_powers(power: str) -> Guard:
    """Guard: an agent acts within powers and period of the authorisation on file."""

    def guard(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
        if not data.get("agent"):
            return None
        held = case.facts.authorisations.get(int(data["agent"]))
        if held is None:
            return Refusal("not_authorised", say("没有该代理人的授权委托书，请先登记授权。"), "agent")
        if not held.since <= ctx.on <= held.until:
            return Refusal(
                "authorisation_over", say("授权委托书载明的期限不包括今天，不能由其办理。"), "agent"
            )
        if power not in held.powers:
            return Refusal("outside_powers", say("授权委托书没有授予这项权限，不能由其办理。"), "agent")
        return None

    return guard


def represented_agree(subject: str) -> Guard:
    """Guard: those whom a representative speaks for have agreed, and their consent is on file (order 121 art. 12).

    Who withdraws gives the claim up, so that a withdrawal needs it too. No tick stands in for the record of each person.
    """

    def guard(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
        bringer = BRINGER[Kind(case.kind)]
        agents = {p.seq for p in case.parties(PartyRole.AGENT)}
        represented = {
            p.seq
            for p in case.parties(str(bringer))
            if p.represented_by is not None and p.represented_by not in agents
        }
        if represented - set(case.facts.joint_consents.get(subject, ())):
            return Refusal(
                "represented_consent_missing",
                say("共同投诉须经被代表的投诉人同意，请先逐人登记同意并附凭据。"),
            )
        return None

    return guard


def joint_handling_agreed(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Several complainants are handled jointly only if each of them agrees (order 121 art. 12)."""
    people = {p.seq for p in case.parties("complainant")}
    agreed = set(case.facts.joint_consents.get("joint_handling", ()))
    if len(people) > 1 and "joint_agreement" in case.facts.incomplete and people - agreed:
        return Refusal(
            "joint_handling_missing",
            say("有多名投诉人：请先登记每名投诉人同意按共同投诉处理，或者分别立件。"),
        )
    return None


def _original(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """The original, signed by the principal, with matter, powers and period, and the agent's identity."""
    for name, message in (
        ("original", say("应当提供授权委托书原件。")),
        ("signed", say("授权委托书应当由委托人签名。")),
        ("identity", say("应当提供受托人身份证明。")),
    ):
        if not data.get(name):
            return Refusal(f"{name}_missing", message, name)
    if data["valid_to"] < data["valid_from"]:
        return Refusal("period_reversed", say("截止日期不能早于开始日期。"), "valid_to")
    return None


def _party(case: CaseState, data: Data, ctx: Context) -> tuple[NewChild, ...]:
    kept = {k: data.get(k) for k in ("role", "name", "phone", "address", "email")}
    return (NewChild("party", kept),)


def _same_kind(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if data["role"] not in PARTY_ROLES[Kind(case.kind)]:
        return Refusal("role_unfit", say("此类案件没有这种当事人。"), "role")
    return None


PARTY_ROLES: dict[Kind, tuple[str, ...]] = {
    Kind.COMPLAINT: ("complainant", "respondent", "agent"),
    Kind.REPORT: ("reported",),
    Kind.LEAD: ("reported",),
    Kind.CONSULTATION: ("enquirer", "respondent"),
    Kind.OTHER: ("enquirer", "respondent"),
}
CONTACT_FIELDS = (
    Field("phone", Type.LINE, _("电话号码"), required=False, length=40),
    Field("address", Type.LINE, _("地址"), required=False, length=200),
    Field("email", Type.LINE, _("电子邮箱"), required=False, length=120),
)


def parties(where: frozenset[str], who: tuple[By, ...]) -> tuple[Row, ...]:
    """Parties that become known later, and ways to reach those who are known: a case may begin incomplete."""
    return (
        Row(
            action="add_party",
            label=_("补充当事人"),
            states=where,
            who=who,
            fields=(
                Field("role", Type.CHOICE, _("身份"), choices="new_party_roles"),
                Field("name", Type.LINE, _("姓名或者名称"), length=120),
                *CONTACT_FIELDS,
                COMPLETES,
            ),
            guards=(_same_kind,),
            fold=folds.supplied,
            children=_party,
            group="more",
        ),
        Row(
            action="correct_party",
            label=_("更正当事人联系方式"),
            states=where,
            who=who,
            fields=(
                Field("party", Type.WHOLE, _("当事人"), choices="parties"),
                Field("name", Type.LINE, _("姓名或者名称"), required=False, length=120),
                *CONTACT_FIELDS,
                COMPLETES,
                Field("reason", Type.TEXT, _("更正的依据")),
            ),
            guards=(_known_party,),
            fold=folds.party_corrected,
            group="more",
        ),
    )


def _known_party(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if int(data["party"]) not in {p.seq for p in case.facts.parties}:
        return Refusal("unknown_party", say("没有这名当事人，请刷新后再选。"), "party")
    return None


def rows(where: frozenset[str]) -> tuple[Row, ...]:
    """Authorisations, joint handling and changed claims of a complaint."""
    who = (*WORK, *FRONT)
    return (
        Row(
            action="record_authorisation",
            label=_("登记委托授权"),
            states=where,
            who=who,
            fields=(
                Field("agent", Type.WHOLE, _("代理人"), choices="agents"),
                Field("original", Type.BOOL, _("授权委托书原件")),
                Field("signed", Type.BOOL, _("委托人已签名")),
                Field("identity", Type.BOOL, _("已核对受托人身份证明")),
                Field("matter", Type.TEXT, _("委托事项"), length=500),
                Field("powers", Type.MULTI, _("权限"), choices=POWERS),
                Field("valid_from", Type.DATE, _("期限自")),
                Field("valid_to", Type.DATE, _("期限至")),
                COMPLETES,
            ),
            guards=(_original,),
            fold=folds.authorised,
            article="agent",
            group="more",
        ),
        Row(
            action="record_joint_consent",
            label=_("登记共同投诉人的同意"),
            states=where,
            who=who,
            fields=(
                Field("people", Type.MULTI, _("投诉人"), choices="complainants"),
                Field("subject", Type.CHOICE, _("事项"), choices=SUBJECTS),
                Field("consent", Type.BOOL, _("是否同意")),
                Field(
                    "proof",
                    Type.CHOICE,
                    _("凭据"),
                    choices=(
                        ("written", _("书面")),
                        ("call_record", _("电话录音")),
                        ("message", _("短信或者网上回复")),
                    ),
                ),
                COMPLETES,
            ),
            fold=folds.joint_consent,
            article="joint",
            group="more",
        ),
        Row(
            action="change_claim",
            label=_("变更、放弃投诉请求"),
            states=where,
            who=(*who, CITIZEN),
            fields=(Field("demand", Type.TEXT, _("变更后的投诉请求")), BY_AGENT),
            guards=(represented_agree("changed_claim"), within_powers("claim")),
            article="joint",
            group="more",
        ),
    )
