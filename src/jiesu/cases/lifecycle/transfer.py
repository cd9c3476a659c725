"""Rows that hand a matter to another authority: food, police, courts, another bureau once a case is filed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jiesu.cases.lifecycle import folds, guards
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import BUREAU_HEAD, CLOSE_WORK, FRONT, INTERNAL_DISPATCH
from jiesu.cases.lifecycle.table import By, Meet, Row, Tell, Void, states


def food(where: frozenset[str], party: str, rule: str, *, told: str = "") -> Row:
    """Food outside the department's duties is transferred and the person told in writing (Food Safety Law art. 115).

    Args:
        party: role that is told.
        rule: clock of the ordinary procedure, "" for none.
        told: the same rule where telling meets it; otherwise the transfer makes it void.
    """
    return Row(
        action="transfer_food_matter",
        label=_("移交食品安全事项"),
        states=where,
        to="transferred",
        who=(*CLOSE_WORK, *FRONT, INTERNAL_DISPATCH),
        fields=(
            Field("competent", Type.LINE, _("有权处理的部门"), length=120),
            Field("reasons", Type.TEXT, _("不属于本部门职责的说明")),
        ),
        guards=(guards.confirmed, guards.own_bureau),
        fold=folds.setting(informed=True, violation_asked=True),
        moves=(Meet(told, decided=True),) if told else ((Void(rule, "transferred"),) if rule else ()),
        tells=(Tell("food_transfer", (party,), meets=told),),
        decides=True,
        outcome="transferred",
        article="transfer_food",
        group="more",
    )


def police(where: frozenset[str], who: tuple[By, ...]) -> Row:
    """Fraud or extortion by a complainant or informant (order 121 art. 42, Regulation art. 49(2)).

    The transfer ends nothing: mediation is terminated under art. 23(1)(6), the merchant's violation still verified.
    """
    return Row(
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
        only_with_law=True,
        article="transfer_to_police",
        group="more",
    )


def crime(where: frozenset[str]) -> Row:
    """A suspected crime of the merchant (Penalty Procedure art. 17(2)); the administrative case goes on beside it."""
    return Row(
        action="transfer_crime",
        label=_("移送涉嫌犯罪案件"),
        states=where,
        who=CLOSE_WORK,
        fields=(
            Field("organ", Type.LINE, _("接收机关"), length=80),
            Field("evidence", Type.TEXT, _("移送的证据和物品清单")),
            Field("reason", Type.TEXT, _("涉嫌犯罪的事实")),
        ),
        approval="law",
        only_with_law=True,
        article="transfer_crime",
        group="more",
    )


def filed_case() -> Row:
    """A filed case of another's jurisdiction goes there directly: "never sideways" ends with filing (arts. 14, 17)."""
    return Row(
        action="transfer_case",
        label=_("移送已立案案件"),
        states=states("filed"),
        to="transferred",
        who=CLOSE_WORK,
        fields=(
            Field("competent", Type.LINE, _("接收机关"), length=120),
            Field("reasons", Type.TEXT, _("不属于本局管辖的说明")),
        ),
        decides=True,
        outcome="transferred",
        approval="law",
        only_with_law=True,
        article="transfer_case",
        group="more",
    )
