"""Rows that every kind shares: registering, routing, assigning, telling, files, approval, reviews."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle import columns, folds, guards
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import (
    ASSIGNEE,
    BUREAU_HEAD,
    CENTRE,
    CITIZEN,
    DISPATCH,
    HEAD,
    INTERNAL_DISPATCH,
    LEGAL,
    OFFICE_HEAD,
    SUPERIOR,
    SYSTEM,
)
from jiesu.cases.lifecycle.table import (
    NEW,
    By,
    Context,
    Hand,
    Meet,
    Move,
    NewChild,
    Recount,
    Row,
    Start,
    Tell,
    Void,
    by,
    states,
)

ANYONE = (CENTRE, DISPATCH, INTERNAL_DISPATCH, ASSIGNEE, OFFICE_HEAD, BUREAU_HEAD, CITIZEN, SYSTEM)

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


def participant(capacity: str, field: str = "organisation") -> Any:
    """Adds the organisation of a field as a participant."""

    def children(case: CaseState, data: Data, ctx: Context) -> tuple[NewChild, ...]:
        return (NewChild("participant", {"organisation": int(data[field]), "capacity": capacity}),)

    return children


def new_link(type_: str, field: str = "new_case", **data_fields: str) -> Any:
    """Adds the initiating side of a link; the other side follows by its own act."""

    def children(case: CaseState, data: Data, ctx: Context) -> tuple[NewChild, ...]:
        kept = {name: data[source] for name, source in data_fields.items() if data.get(source) is not None}
        return (NewChild("link", {"type": type_, "other": int(data[field]), "data": kept}),)

    return children


def register(*, tells: tuple[Tell, ...] = (), moves: tuple[Move, ...] = ()) -> Row:
    return Row(
        action="register",
        label=_("登记"),
        states=states(NEW),
        to="registered",
        who=ANYONE,
        fold=folds.register,
        columns=columns.anonymous_parties,
        moves=(*moves, Start("service.hotline_12345", fixed="service_due", holder="centre")),
        tells=tells,
        article="register",
        group="hidden",
    )


def confirm_kind() -> Row:
    return Row(
        action="confirm_kind",
        label=_("确认类型"),
        states=states("registered"),
        who=(CENTRE, INTERNAL_DISPATCH),
        fields=(
            Field("kind", Type.CHOICE, _("来件类型"), choices="kinds", prefill="kind"),
            Field("subject", Type.CHOICE, _("问题类别"), required=False, choices="subjects", prefill="subject"),
        ),
        fold=folds.confirm_kind,
        columns=lambda case, data, ctx: {**columns.kind(case, data, ctx), **columns.subject(case, data, ctx)},
        moves=(Void("complaint.acceptance", "kind_confirmed"),),
        group="main",
    )


def route(rule: str, *, form: str = "3") -> Row:
    start = (Start(rule, at=lambda case, data, ctx: case.arrived_at or ctx.at),) if rule else ()
    return Row(
        action="route",
        label=_("分送"),
        states=states("registered"),
        to="routed",
        who=(DISPATCH, CENTRE, by("handling", "dispatcher")),
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
            NOTE,
        ),
        guards=(guards.confirmed,),
        fold=folds.route,
        columns=columns.routed,
        moves=(Void(rule, "routed_again"), *start, Start("service.report_back", fixed="report_by")) if rule else (),
        children=participant("handling"),
        article="distribute",
        group="main",
    )


def return_to_centre(rule: str) -> Row:
    return Row(
        action="return_to_centre",
        label=_("退回中心"),
        states=states("routed"),
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
            Field("competent", Type.LINE, _("有权处理的机关"), required=False, help=_("知道的话请写明，便于中心重新分送")),
        ),
        guards=(guards.routed_elsewhere_only_through_centre,),
        fold=folds.bounce,
        columns=columns.returned,
        moves=(*((Void(rule, "returned"),) if rule else ()), Void("service.report_back", "returned")),
        article="return_to_centre",
        group="more",
    )


OPEN_FOR_ASSIGNMENT = states("routed", "accepted", "mediating", "verifying", "filed", "refused", "terminated",
                             "agreed", "withdrawn", "declined", "no_authority", "transferred", "answered")


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


def notify(where: frozenset[str], who: tuple[By, ...]) -> Row:
    return Row(
        action="notify",
        label=_("记录送达"),
        states=where,
        who=(*who, CENTRE, SYSTEM),
        fields=(
            Field("message", Type.WHOLE, _("告知"), choices="unproven"),
            Field("result", Type.CHOICE, _("结果"), choices=(("delivered", _("已告知")), ("failed", _("未能告知")))),
            Field("channel", Type.CHOICE, _("方式"), choices=CHANNELS),
            Field("told_at", Type.DATETIME, _("时间"), past=True, prefill="now"),
            Field(
                "proof",
                Type.CHOICE,
                _("证明"),
                required=False,
                required_if=lambda d: d.get("result") == "delivered",
                choices=PROOFS,
            ),
            Field("reference", Type.LINE, _("证明编号"), required=False, length=120, help=_("回执号、录音编号、邮寄单号等")),
            Field("address", Type.LINE, _("使用的号码或地址"), required=False, length=200, prefill="address"),
        ),
        guards=(guards.told_not_before_made,),
        fold=folds.notify,
        article="serve",
        group="main",
    )


def record_contact(where: frozenset[str], who: tuple[By, ...], roles: tuple[tuple[str, Any], ...]) -> Row:
    def entry(case: CaseState, data: Data, ctx: Context) -> tuple[NewChild, ...]:
        return (NewChild("contactentry", {k: data.get(k) for k in ("to", "channel", "result", "at", "note")}),)

    return Row(
        action="record_contact",
        label=_("记录联系"),
        states=where,
        who=(*who, CENTRE),
        fields=(
            Field("to", Type.CHOICE, _("联系对象"), choices=roles),
            Field("channel", Type.CHOICE, _("方式"), choices=CHANNELS),
            Field(
                "result",
                Type.CHOICE,
                _("结果"),
                choices=(
                    ("reached", _("已联系上")),
                    ("no_answer", _("无人接听")),
                    ("wrong_number", _("号码有误")),
                    ("declined", _("拒绝沟通")),
                ),
            ),
            Field("at", Type.DATETIME, _("时间"), past=True, prefill="now"),
            Field("number", Type.LINE, _("使用的号码或地址"), required=False, length=120),
            Field("recording", Type.LINE, _("录音编号"), required=False, length=120),
            Field("express_refusal", Type.BOOL, _("明确拒绝调解"), required=False),
            Field("note", Type.TEXT, _("内容")),
        ),
        fold=folds.contact,
        children=entry,
        group="daily",
    )


def add_evidence(where: frozenset[str], who: tuple[By, ...]) -> Row:
    return Row(
        action="add_evidence",
        label=_("补充材料"),
        states=where,
        who=(*who, CENTRE, CITIZEN),
        fields=(
            Field("description", Type.TEXT, _("说明")),
            Field("from_party", Type.CHOICE, _("提交人"), required=False, choices="party_roles"),
        ),
        group="daily",
    )


def send_message(where: frozenset[str], who: tuple[By, ...]) -> Row:
    return Row(
        action="send_message",
        label=_("留言"),
        states=where,
        who=(*who, CENTRE, CITIZEN),
        fields=(Field("body", Type.TEXT, _("内容"), length=1000),),
        group="daily",
    )


def urge(where: frozenset[str]) -> Row:
    return Row(
        action="urge",
        label=_("催办"),
        states=where,
        who=(CENTRE, CITIZEN, SUPERIOR),
        fields=(Field("note", Type.TEXT, _("催办内容"), required=False),),
        fold=folds.urge,
        group="daily",
    )


def rate(where: frozenset[str]) -> Row:
    return Row(
        action="rate",
        label=_("评价"),
        states=where,
        who=(CITIZEN, CENTRE),
        fields=(
            Field("stars", Type.WHOLE, _("满意程度"), minimum=1, maximum=5),
            Field("note", Type.TEXT, _("说说您的意见"), required=False, length=500),
        ),
        fold=folds.rate,
        group="more",
    )


def propose(where: frozenset[str], who: tuple[By, ...]) -> Row:
    def child(case: CaseState, data: Data, ctx: Context) -> tuple[NewChild, ...]:
        return (NewChild("proposal", {"action": data["action"], "data": data.get("proposed") or {}}),)

    return Row(
        action="propose",
        label=_("拟办"),
        states=where,
        who=who,
        fields=(Field("action", Type.CODE, _("拟作出的决定")), Field("note", Type.TEXT, _("拟办意见"), required=False)),
        guards=(guards.no_proposal_of_same,),
        fold=folds.propose,
        children=child,
        group="hidden",
    )


def approve(where: frozenset[str]) -> Row:
    def follow(case: CaseState, data: Data, ctx: Context) -> tuple[tuple[str, Data], ...]:
        proposal = case.facts.proposals[int(data["proposal"])]
        return ((proposal.action, dict(proposal.data)),)

    return Row(
        action="approve",
        label=_("批准"),
        states=where,
        who=HEAD,
        fields=(
            Field("proposal", Type.WHOLE, _("拟办意见"), choices="proposals"),
            Field("note", Type.TEXT, _("批示"), required=False),
        ),
        fold=folds.decide_proposal,
        follow=follow,
        group="main",
    )


def reject(where: frozenset[str]) -> Row:
    return Row(
        action="reject",
        label=_("不批准"),
        states=where,
        who=HEAD,
        fields=(
            Field("proposal", Type.WHOLE, _("拟办意见"), choices="proposals"),
            Field("reason", Type.TEXT, _("理由和要求")),
        ),
        fold=folds.decide_proposal,
        group="main",
    )


def jurisdiction(rule: str) -> tuple[Row, ...]:
    """Dispute between two bureaus, its reference to the common superior, designation, taking over (arts. 13, 33)."""
    working = states("routed", "accepted", "verifying")
    return (
        Row(
            action="dispute_jurisdiction",
            label=_("管辖争议"),
            states=working,
            who=(BUREAU_HEAD, OFFICE_HEAD, ASSIGNEE),
            fields=(Field("other", Type.ORGANISATION, _("争议对方")), Field("reason", Type.TEXT, _("争议事由"))),
            guards=(_no_dispute,),
            fold=folds.setting(dispute="negotiating"),
            moves=(Start("jurisdiction.dispute"),),
            children=participant("disputing", "other"),
            article="dispute_jurisdiction",
            group="more",
        ),
        Row(
            action="settle_dispute",
            label=_("争议已协商一致"),
            states=working,
            who=(BUREAU_HEAD, OFFICE_HEAD, ASSIGNEE),
            fields=(
                Field("organisation", Type.ORGANISATION, _("协商由谁处理")),
                Field("agreed_on", Type.DATE, _("协商一致日期"), past=True),
                NOTE,
            ),
            guards=(_in_dispute,),
            fold=folds.setting(dispute=""),
            columns=columns.designated,
            moves=(Meet("jurisdiction.dispute", on="agreed_on"), Hand()),
            children=participant("handling"),
            article="dispute_jurisdiction",
            group="more",
        ),
        Row(
            action="refer_dispute",
            label=_("报请指定管辖"),
            states=working,
            who=(BUREAU_HEAD,),
            fields=(
                Field("superior", Type.ORGANISATION, _("共同的上一级"), choices="superiors"),
                Field("reason", Type.TEXT, _("报请理由")),
            ),
            guards=(_in_dispute,),
            fold=folds.setting(dispute="referred"),
            moves=(Meet("jurisdiction.dispute"), Start("jurisdiction.designation", holder="superior")),
            children=participant("superior", "superior"),
            article="designate_jurisdiction",
            group="more",
        ),
        Row(
            action="designate_jurisdiction",
            label=_("指定管辖"),
            states=working,
            who=(SUPERIOR,),
            fields=(
                Field("organisation", Type.ORGANISATION, _("指定处理机关")),
                Field("reason", Type.TEXT, _("指定理由")),
            ),
            guards=(_in_dispute,),
            fold=folds.setting(dispute=""),
            columns=columns.designated,
            moves=(Meet("jurisdiction.dispute"), Meet("jurisdiction.designation"), Hand()),
            children=participant("handling"),
            article="designate_jurisdiction",
            group="main",
        ),
        Row(
            action="request_take_over",
            label=_("报请上级处理"),
            states=working,
            who=(BUREAU_HEAD,),
            fields=(REASON,),
            fold=folds.setting(take_over_requested=True),
            article="request_take_over",
            group="more",
        ),
        Row(
            action="take_over",
            label=_("提级处理"),
            states=working,
            who=(SUPERIOR,),
            fields=(REASON,),
            fold=folds.setting(take_over_requested=False),
            columns=columns.taken_over,
            moves=(Hand(),),
            article="take_over",
            group="more",
        ),
    )


def _no_dispute(case: CaseState, data: Data, ctx: Context) -> Any:
    return guards.Refusal("dispute_open", _("管辖争议正在处理。")) if case.facts.dispute else None


def _in_dispute(case: CaseState, data: Data, ctx: Context) -> Any:
    return None if case.facts.dispute else guards.Refusal("no_dispute", _("没有正在处理的管辖争议。"))


def lead_and_police(where: frozenset[str], who: tuple[By, ...]) -> tuple[Row, ...]:
    return (
        Row(
            action="raise_lead",
            label=_("移出违法线索"),
            states=where,
            who=who,
            fields=(
                Field(
                    "found",
                    Type.CHOICE,
                    _("发现途径"),
                    choices=(("in_mediation", _("调解中发现")), ("otherwise", _("其他途径发现"))),
                ),
                Field("found_on", Type.DATE, _("发现日期"), past=True, prefill="today"),
                Field("matter", Type.TEXT, _("涉嫌违法的事实和线索")),
            ),
            guards=(guards.has_opposite,),
            fold=folds.raise_lead,
            children=new_link("lead", found="found", found_on="found_on", matter="matter"),
            jobs=("complete_links",),
            article="raise_lead",
            group="more",
        ),
        Row(
            action="transfer_to_police",
            label=_("移送公安机关"),
            states=where,
            who=(BUREAU_HEAD, *who),
            fields=(
                Field("organ", Type.LINE, _("接收机关"), length=80),
                Field(
                    "conduct",
                    Type.CHOICE,
                    _("涉嫌行为"),
                    choices=(
                        ("swap", _("夹带、掉包")),
                        ("forgery", _("造假、篡改商品信息")),
                        ("fabrication", _("捏造事实骗取赔偿")),
                        ("extortion", _("敲诈勒索")),
                    ),
                ),
                Field("evidence", Type.TEXT, _("证据清单")),
                Field("reason", Type.TEXT, _("事实和理由")),
            ),
            fold=folds.setting(police=True),
            approval="law",
            article="transfer_to_police",
            group="more",
        ),
    )


def after(where: frozenset[str], *, reopens_to: str, rule: str = "") -> tuple[Row, ...]:
    """Reviews and lawsuits, revoking and reopening (``law/practice.md`` §7)."""
    return (
        Row(
            action="record_review",
            label=_("登记复议诉讼"),
            states=where,
            who=(LEGAL, BUREAU_HEAD),
            fields=(
                Field("type", Type.CHOICE, _("类型"), choices=(("review", _("行政复议")), ("lawsuit", _("行政诉讼")))),
                Field("reference", Type.LINE, _("案号"), length=80),
                Field("served_on", Type.DATE, _("收到日期"), past=True),
                Field("reply_by", Type.DATE, _("答复期限"), required=False, help=_("按收到的通知填写")),
                Field(
                    "outcome",
                    Type.CHOICE,
                    _("结果"),
                    required=False,
                    choices=(
                        ("upheld", _("维持或者驳回")),
                        ("revoked", _("撤销")),
                        ("confirmed_unlawful", _("确认违法")),
                        ("ordered", _("责令履行")),
                        ("withdrawn", _("撤回申请或者起诉")),
                    ),
                ),
                NOTE,
            ),
            fold=folds.review,
            moves=(Start("service.review_reply", fixed="reply_by", after_close=True, when=_pending_review),
                   Meet("service.review_reply", when=_review_over)),
            group="more",
        ),
        Row(
            action="reopen",
            label=_("恢复办理"),
            states=states("closed", "merged") & where | states("closed"),
            to=reopens_to,
            who=(BUREAU_HEAD, LEGAL),
            fields=(
                Field(
                    "cause",
                    Type.CHOICE,
                    _("原因"),
                    choices=(
                        ("review", _("复议决定撤销或者责令履行")),
                        ("judgment", _("法院判决")),
                        ("own_correction", _("自行纠正")),
                        ("superior", _("上级责令")),
                    ),
                ),
                Field("finish_by", Type.DATE, _("决定书规定的期限"), required=False, future=True),
                REASON,
            ),
            fold=folds.reopen,
            moves=(Start("service.review_order", fixed="finish_by"),),
            group="more",
        ),
    )


def _pending_review(case: CaseState, data: Data, ctx: Context) -> bool:
    return not data.get("outcome")


def _review_over(case: CaseState, data: Data, ctx: Context) -> bool:
    return bool(data.get("outcome"))


def platform(where: frozenset[str], who: tuple[By, ...]) -> Row:
    return Row(
        action="record_national_status",
        label=_("登记全国平台状态"),
        states=where,
        who=(*who, CENTRE, INTERNAL_DISPATCH, SYSTEM),
        fields=(
            Field(
                "status",
                Type.CHOICE,
                _("状态"),
                choices=(
                    ("entered", _("已录入")),
                    ("returned", _("被退回")),
                    ("not_applicable", _("不适用")),
                    ("to_enter", _("待录入")),
                ),
            ),
            Field("national_number", Type.CODE, _("全国平台编号"), required=False,
                  required_if=lambda d: d.get("status") == "entered"),
            NOTE,
        ),
        columns=columns.national,
        article="national_platform",
        group="more",
    )


def flag(where: frozenset[str], who: tuple[By, ...]) -> Row:
    return Row(
        action="flag",
        label=_("特别标记"),
        states=where,
        who=(*who, CENTRE, INTERNAL_DISPATCH),
        fields=(
            Field(
                "flag",
                Type.CHOICE,
                _("标记"),
                choices=(
                    ("state_secret", _("可能涉及国家秘密，停止录入")),
                    ("antitrust", _("垄断、公平竞争审查")),
                    ("drug_registration", _("药品、医疗器械、化妆品注册备案")),
                    ("information_request", _("政府信息公开申请")),
                    ("review_application", _("行政复议申请")),
                    ("by_reference", _("其他投诉，参照办理")),
                    ("urgent", _("紧急")),
                ),
            ),
            NOTE,
        ),
        fold=folds.add_flag,
        group="more",
    )


def split(where: frozenset[str]) -> Row:
    """One letter with a complaint and a report becomes two cases with two clocks (order 121 art. 9)."""
    return Row(
        action="split",
        label=_("拆分为投诉和举报"),
        states=where,
        who=(CENTRE, INTERNAL_DISPATCH, ASSIGNEE, OFFICE_HEAD, BUREAU_HEAD),
        fields=(
            Field("kind", Type.CHOICE, _("另立为"), choices="other_kinds"),
            Field("matter", Type.TEXT, _("归入另一件的内容"), prefill="contact_text", restricted=True),
        ),
        fold=folds.split,
        children=new_link("split", kind="kind", matter="matter"),
        jobs=("complete_links",),
        article="split_mixed",
        group="more",
    )


def not_mixed(where: frozenset[str]) -> Row:
    return Row(
        action="keep_whole",
        label=_("确认不拆分"),
        states=where,
        who=(CENTRE, INTERNAL_DISPATCH, ASSIGNEE, OFFICE_HEAD, BUREAU_HEAD),
        fields=(REASON,),
        fold=folds.setting(mixed="whole"),
        article="split_mixed",
        group="more",
    )


def link_back(where: frozenset[str]) -> Row:
    """The other side of a link that another case opened."""
    return Row(
        action="link_back",
        label=_("建立关联"),
        states=where,
        who=(SYSTEM,),
        fields=(
            Field("type", Type.CODE, _("关联类型")),
            Field("other", Type.CASE, _("关联案件")),
        ),
        fold=lambda case, data, ctx: folds.link(data["type"])(case, data, ctx),
        children=lambda case, data, ctx: (
            NewChild("link", {"type": data["type"], "other": int(data["other"]), "initiating": False}),
        ),
        group="hidden",
    )


def recalculate(where: frozenset[str]) -> Row:
    """Open clocks follow a newly published calendar year."""
    return Row(
        action="recalculate",
        label=_("按新公布的日历重算期限"),
        states=where,
        who=(SYSTEM,),
        moves=(Recount(),),
        group="hidden",
    )


def parts(where: frozenset[str], who: tuple[By, ...]) -> tuple[Row, ...]:
    """Work orders of the same case to offices or partner departments; the case waits for them."""
    return (
        Row(
            action="request_assistance",
            label=_("请求协办"),
            states=where,
            who=who,
            fields=(
                Field("organisation", Type.ORGANISATION, _("协办单位")),
                Field("task", Type.TEXT, _("协办事项")),
                Field("answer_by", Type.DATE, _("要求答复日期"), required=False, future=True),
            ),
            fold=folds.start_part,
            children=participant("assisting"),
            group="more",
        ),
        Row(
            action="finish_assistance",
            label=_("协办反馈"),
            states=where,
            who=(*who, by("assisting", "handler", "officehead", "head", "council", "dispatcher")),
            fields=(Field("result", Type.TEXT, _("协办结果")),),
            guards=(_part_open,),
            fold=folds.end_part,
            group="more",
        ),
    )


def _part_open(case: CaseState, data: Data, ctx: Context) -> Any:
    return None if case.facts.open_parts else guards.Refusal("no_part_open", _("没有未完成的协办。"))


def close(where: frozenset[str], who: tuple[By, ...], *extra: Any) -> Row:
    return Row(
        action="close",
        label=_("办结"),
        states=where,
        to="closed",
        who=who,
        fields=(
            Field("checked", Type.BOOL, _("已核对：处理机关、依据和事实无误；发出的材料中没有举报人信息")),
            NOTE,
        ),
        guards=(_checked, *extra, guards.nothing_owed),
        moves=(Meet("service.hotline_12345"), Meet("service.report_back"), Meet("service.review_order")),
        article="follow_up",
        group="main",
    )


def _checked(case: CaseState, data: Data, ctx: Context) -> Any:
    return None if data.get("checked") else guards.Refusal("not_checked", _("办结前请逐项核对并勾选。"), "checked")
