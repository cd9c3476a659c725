"""Consultations and other matters: answered, converted, returned or told the right channel (order 121 art. 44)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle import (
    columns,
    common,
    contact,
    ending,
    folds,
    guards,
    linking,
    representing,
    special,
    suggesting,
    transfer,
)
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import (
    ASSIGNEE,
    FRONT,
    INTERNAL_DISPATCH,
    LEGAL,
    LEGAL_AT_RECEIPT,
    OFFICE,
    WORK,
)
from jiesu.cases.lifecycle.table import Context, Meet, Row, Table, Tell, states

ALL = states("registered", "routed", "answered", "redirected", "transferred", "converted", "closed")
OPEN = ALL - {"closed", "converted"}
STAFF = (*FRONT, INTERNAL_DISPATCH, ASSIGNEE, OFFICE, LEGAL, LEGAL_AT_RECEIPT)


def _told_unless_at_once(case: CaseState, data: Data, ctx: Context) -> bool:
    return not data.get("at_once")


def _convert() -> Row:
    """Goes on as another kind without retyping; the contact's receipt goes with it."""
    return Row(
        action="convert",
        label=_("转为投诉或者举报"),
        states=states("registered", "routed", "answered"),
        to="converted",
        who=(*FRONT, INTERNAL_DISPATCH, *WORK),
        fields=(
            Field("kind", Type.CHOICE, _("转为"), choices="other_kinds"),
            Field("matter", Type.TEXT, _("内容"), prefill="contact_text"),
        ),
        guards=(guards.own_procedure_done,),
        fold=folds.link("converted", "new_case"),
        children=common.new_link("converted", kind="kind", matter="matter"),
        jobs=("complete_links",),
        outcome="converted",
        article="",
        group="main",
    )


SHARED = (
    common.assign(),
    contact.notify(ALL, STAFF),
    contact.record_contact(OPEN, STAFF, (("enquirer", _("来电人")),)),
    contact.add_evidence(OPEN, STAFF),
    contact.send_message(OPEN | {"closed"}, STAFF),
    common.return_to_centre(""),
    common.reassign(),
    *special.rows(OPEN, STAFF),
    *representing.parties(OPEN, STAFF),
    *ending.promises(OPEN, STAFF),
    linking.not_mixed(OPEN),
    contact.urge(states("registered", "routed")),
    contact.rate(states("closed")),
    ending.platform(ALL, STAFF),
    linking.link_back(ALL),
    *suggesting.rows(OPEN),
    ending.recalculate(ALL),
)

CONSULTATION = Table.of(
    "consultation",
    common.register(),
    common.confirm_kind(),
    Row(
        action="answer",
        label=_("答复"),
        states=states("registered", "routed", "answered"),
        to="answered",
        who=STAFF,
        fields=(
            Field("knowledge", Type.CODE, _("引用的知识条目"), required=False, choices="knowledge"),
            Field("reply", Type.TEXT, _("答复内容"), prefill="knowledge"),
            Field("at_once", Type.BOOL, _("已在通话中当场答复"), required=False),
        ),
        guards=(guards.confirmed, guards.code_like("knowledge")),
        fold=folds.setting(answered=True),
        columns=lambda case, data, ctx: {"outcome": "answered"},
        tells=(Tell("answer", ("enquirer",), required=False, when=_told_unless_at_once),),
        article="",
        group="main",
    ),
    _convert(),
    common.route(""),
    transfer.food(states("registered", "routed"), "enquirer", ""),
    ending.close(states("answered", "transferred", "redirected"), STAFF),
    *SHARED,
)

OTHER = Table.of(
    "other",
    common.register(),
    common.confirm_kind(),
    Row(
        action="return_to_12345",
        label=_("退回 12345"),
        states=states("registered", "routed"),
        to="redirected",
        who=STAFF,
        fields=(
            Field("reason", Type.TEXT, _("退回理由")),
            Field("competent", Type.LINE, _("建议的承办单位"), required=False, length=120),
        ),
        guards=(guards.confirmed,),
        columns=lambda case, data, ctx: {"outcome": "returned_to_12345"},
        moves=(Meet(common.HOTLINE),),
        article="inform_other_channel",
        group="main",
    ),
    Row(
        action="inform_other_channel",
        label=_("告知相应途径"),
        states=states("registered", "routed"),
        to="redirected",
        who=STAFF,
        fields=(
            Field("matter", Type.CHOICE, _("事项"), choices="other_channels"),
            Field("advice", Type.TEXT, _("告知内容")),
        ),
        guards=(guards.confirmed,),
        columns=lambda case, data, ctx: {"outcome": "informed_other_channel"},
        tells=(Tell("other_channel", ("enquirer",), required=False),),
        article="inform_other_channel",
        group="main",
    ),
    Row(
        action="refer_internal",
        label=_("转内部机构"),
        states=states("registered", "routed"),
        to="routed",
        who=STAFF,
        fields=(
            Field("organisation", Type.ORGANISATION, _("机构所在局")),
            Field("office", Type.ORGANISATION, _("内部机构"), required=False),
            Field("reason", Type.TEXT, _("说明")),
        ),
        guards=(guards.confirmed, guards.inside_only),
        columns=columns.routed,
        children=common.participant("handling"),
        group="main",
    ),
    Row(
        action="answer",
        label=_("答复"),
        states=states("registered", "routed"),
        to="answered",
        who=STAFF,
        fields=(Field("reply", Type.TEXT, _("答复内容")),),
        guards=(guards.confirmed,),
        fold=folds.setting(answered=True),
        columns=lambda case, data, ctx: {"outcome": "answered"},
        tells=(Tell("answer", ("enquirer",), required=False),),
        group="daily",
    ),
    _convert(),
    transfer.food(states("registered", "routed"), "enquirer", ""),
    ending.close(states("answered", "redirected", "transferred"), STAFF),
    *SHARED,
)
