"""The screens on which a citizen complains, reports or asks: at most three, one thing after another.

Each field says why it is asked where the law asks it. Nothing else is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiesu.web.portal.answers import WISHES, Answers

Label = str | Promise
Spec = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Fields that belong together; ``css`` lets a style sheet show a group only for one choice."""

    fields: tuple[Spec, ...]
    css: str = ""
    heading: Label = ""
    folded: Label = ""
    note: Label = ""


@dataclass(frozen=True)
class Screen:
    """One screen."""

    title: Label
    groups: tuple[Group, ...]
    lead: Label = ""
    photos: bool = False

    def names(self) -> tuple[str, ...]:
        """Names of all fields that it shows."""
        return tuple(str(f["name"]) for g in self.groups for f in g.fields)


@dataclass(frozen=True)
class Shown:
    """A group with values and errors, ready for the template."""

    css: str
    heading: Label
    folded: Label
    note: Label
    opened: bool
    fields: list[Spec] = field(default_factory=list)


def shown(screen: Screen, answers: Answers, errors: Mapping[str, str]) -> list[Shown]:
    """The groups of a screen filled with what has been typed and what is wrong with it."""
    found: list[Shown] = []
    for group in screen.groups:
        filled = [_filled(spec, answers, errors) for spec in group.fields]
        opened = any(f["value"] or f["errors"] for f in filled)
        found.append(Shown(group.css, group.heading, group.folded, group.note, opened, filled))
    return found


def _filled(spec: Spec, answers: Answers, errors: Mapping[str, str]) -> Spec:
    name = str(spec["name"])
    value: Any = list(answers.several(name)) if spec.get("type") == "multi" else answers.one(name)
    return {**spec, "value": value, "errors": [errors[name]] if name in errors else []}


WHERE: Spec = {
    "name": "where",
    "label": _("在实体店，还是在网上"),
    "required": True,
    "type": "choice",
    "display": "radio",
    "choices": (
        ("shop", _("实体店"), _("商场、超市、饭店、摊位、美容健身等")),
        ("online", _("网上"), _("淘宝、京东、拼多多、抖音、美团等")),
    ),
}
CREDIT_CODE: Spec = {
    "name": "credit_code",
    "label": _("统一社会信用代码"),
    "help": _("营业执照上的 18 位号码，能准确找到商家。"),
    "maxlength": 24,
}
RESPONDENT_PHONE: Spec = {"name": "respondent_phone", "label": _("商家电话"), "input": "tel", "maxlength": 40}
PERSON: tuple[Spec, ...] = (
    {
        "name": "name",
        "label": _("您的姓名"),
        "required": True,
        "help": _("按身份证上的填写。投诉要求真实身份，才能依法调解。"),
        "autocomplete": "name",
        "maxlength": 60,
    },
    {
        "name": "phone",
        "label": _("电话号码"),
        "required": True,
        "help": _("办理结果要告诉您。"),
        "input": "tel",
        "autocomplete": "tel",
        "maxlength": 20,
    },
    {
        "name": "address",
        "label": _("通讯地址"),
        "required": True,
        "help": _("必要时把文书寄给您，写到门牌号。"),
        "autocomplete": "street-address",
        "maxlength": 200,
    },
)
TRUTH: Spec = {
    "name": "truth",
    "label": _("以上内容真实，我对此负责"),
    "type": "bool",
    "required": True,
}
SHOP_NAME: Spec = {"name": "shop_name", "label": _("店铺名称"), "required": True, "maxlength": 120}

COMPLAINT = (
    Screen(
        _("发生了什么"),
        photos=True,
        groups=(
            Group(
                (
                    {
                        "name": "text",
                        "label": _("经过"),
                        "type": "text",
                        "required": True,
                        "rows": 6,
                        "maxlength": 3000,
                        "help": _("什么时候、买了什么、花了多少钱、出了什么问题、商家怎么说。"),
                    },
                ),
            ),
            Group(
                (
                    {
                        "name": "wish",
                        "label": _("您希望怎么解决"),
                        "type": "multi",
                        "required": True,
                        "choices": WISHES,
                    },
                ),
                css="two-columns",
            ),
            Group(
                (
                    {
                        "name": "demand",
                        "label": _("具体要求"),
                        "optional_mark": True,
                        "maxlength": 300,
                        "placeholder": _("例如：退还 350 元会费"),
                    },
                ),
            ),
            Group(
                (
                    {"name": "amount", "label": _("涉及金额"), "type": "money", "optional_mark": True},
                    {"name": "occurred_on", "label": _("发生日期"), "type": "date", "optional_mark": True},
                ),
                css="two-up",
            ),
        ),
    ),
    Screen(
        _("投诉哪家商家"),
        lead=_("投诉由商家所在地的市场监督管理局处理，名称和地址越清楚，分得越快。"),
        groups=(
            Group((WHERE,)),
            Group(
                (
                    {
                        "name": "respondent_name",
                        "label": _("商家名称"),
                        "required": True,
                        "help": _("招牌、小票、收据上的名字。"),
                        "maxlength": 120,
                    },
                    {
                        "name": "respondent_address",
                        "label": _("商家地址"),
                        "required": True,
                        "help": _("市、区（县）、街道门牌；不知道门牌就写附近的标志。"),
                        "maxlength": 200,
                        "placeholder": _("益阳市资阳区五一西路 12 号"),
                    },
                ),
                css="only-shop",
            ),
            Group(
                (
                    {
                        "name": "platform",
                        "label": _("哪个平台"),
                        "required": True,
                        "maxlength": 60,
                        "placeholder": _("淘宝、拼多多、抖音……"),
                    },
                    SHOP_NAME,
                    {
                        "name": "platform_address",
                        "label": _("店铺在平台公示的地址"),
                        "optional_mark": True,
                        "help": _("店铺首页的“证照信息”里有；查不到可以不填。"),
                        "maxlength": 200,
                    },
                ),
                css="only-online",
            ),
            Group((RESPONDENT_PHONE, CREDIT_CODE), folded=_("知道商家电话、信用代码？（选填）")),
        ),
    ),
    Screen(
        _("怎么联系您"),
        lead=_("投诉要求实名。这些信息只用来办理您的投诉；商家会知道是谁投诉，才能和您协商。"),
        groups=(
            Group(PERSON),
            Group(
                (
                    {
                        "name": "consent_disclosure",
                        "label": _("同意公示投诉信息"),
                        "type": "bool",
                        "help": _("公示商家和处理结果，提醒其他消费者；不公开您的姓名、电话和住址。"),
                    },
                    {
                        "name": "consent_commission",
                        "label": _("同意委托调解"),
                        "type": "bool",
                        "help": _("必要时由消费者委员会等调解组织调解；还要商家也同意。"),
                    },
                ),
                css="consents",
                heading=_("由您选择"),
                note=_("不同意也不影响投诉。"),
            ),
            Group((TRUTH,)),
        ),
    ),
)

REPORT = (
    Screen(
        _("发现了什么违法行为"),
        photos=True,
        groups=(
            Group(
                (
                    {
                        "name": "text",
                        "label": _("具体线索"),
                        "type": "text",
                        "required": True,
                        "rows": 6,
                        "maxlength": 3000,
                        "help": _("时间、地点、谁、做了什么、怎么发现的。线索具体，才能核查。"),
                    },
                    {"name": "occurred_on", "label": _("发现日期"), "type": "date", "optional_mark": True},
                )
            ),
        ),
    ),
    Screen(
        _("举报哪家、在哪里"),
        lead=_("举报由违法行为发生地的市场监督管理部门处理。不知道名称的，写清楚地点。"),
        groups=(
            Group((WHERE,)),
            Group(
                (
                    {
                        "name": "respondent_name",
                        "label": _("名称"),
                        "optional_mark": True,
                        "help": _("招牌上的名字；没有招牌可以不填。"),
                        "maxlength": 120,
                    },
                    {
                        "name": "respondent_address",
                        "label": _("地点"),
                        "required": True,
                        "help": _("市、区（县）、街道门牌或者附近的标志。"),
                        "maxlength": 200,
                    },
                ),
                css="only-shop",
            ),
            Group(
                (
                    {"name": "platform", "label": _("哪个平台或者网站"), "required": True, "maxlength": 60},
                    {**SHOP_NAME, "required": False, "optional_mark": True},
                    {
                        "name": "platform_address",
                        "label": _("店铺公示的地址"),
                        "optional_mark": True,
                        "help": _("查不到可以不填。"),
                        "maxlength": 200,
                    },
                ),
                css="only-online",
            ),
            Group((RESPONDENT_PHONE, CREDIT_CODE), folded=_("知道电话、信用代码？（选填）")),
        ),
    ),
    Screen(
        _("是否留下姓名"),
        lead=_("市场监督管理部门对举报人的信息保密，不会告诉被举报人。"),
        groups=(
            Group(
                (
                    {
                        "name": "identity",
                        "label": _("您的选择"),
                        "required": True,
                        "type": "choice",
                        "display": "radio",
                        "choices": (
                            ("named", _("留下姓名和电话"), _("便于核实情况；依法应当告知的，把结果告诉您")),
                            ("anonymous", _("匿名举报"), _("凭编号和查询码看进度；没有办法当面告诉您")),
                        ),
                    },
                )
            ),
            Group(
                (
                    {
                        "name": "name",
                        "label": _("您的姓名"),
                        "required": True,
                        "autocomplete": "name",
                        "maxlength": 60,
                    },
                    {
                        "name": "phone",
                        "label": _("电话号码"),
                        "required": True,
                        "input": "tel",
                        "autocomplete": "tel",
                        "maxlength": 20,
                    },
                    {
                        "name": "address",
                        "label": _("通讯地址"),
                        "optional_mark": True,
                        "autocomplete": "street-address",
                        "maxlength": 200,
                    },
                ),
                css="only-named",
            ),
            Group((TRUTH,)),
        ),
    ),
)

CONSULTATION = (
    Screen(
        _("我要咨询"),
        lead=_("问市场监督管理方面的规定，或者怎么办事。"),
        groups=(
            Group(
                (
                    {
                        "name": "text",
                        "label": _("您的问题"),
                        "type": "text",
                        "required": True,
                        "rows": 5,
                        "maxlength": 3000,
                    },
                    {
                        "name": "phone",
                        "label": _("电话号码"),
                        "required": True,
                        "help": _("我们把答复告诉您。"),
                        "input": "tel",
                        "autocomplete": "tel",
                        "maxlength": 20,
                    },
                    {
                        "name": "name",
                        "label": _("怎么称呼您"),
                        "optional_mark": True,
                        "autocomplete": "name",
                        "maxlength": 60,
                    },
                )
            ),
        ),
    ),
)

SCREENS: dict[str, tuple[Screen, ...]] = {
    "complaint": COMPLAINT,
    "report": REPORT,
    "consultation": CONSULTATION,
}
TITLES: dict[str, Label] = {
    "complaint": _("我要投诉"),
    "report": _("我要举报"),
    "consultation": _("我要咨询"),
}


def asked_when_split(answers: Answers, errors: Mapping[str, str]) -> list[Spec]:
    """What a report must still say for the complaint that it also holds: the claim, and who complains of whom."""
    names = ["wish", "name", "phone", "address"]
    if not answers.one("shop_name" if answers.online else "respondent_name"):
        names.insert(0, "shop_name" if answers.online else "respondent_name")
    specs = {str(f["name"]): f for s in COMPLAINT for g in s.groups for f in g.fields}
    return [
        _filled(specs[name], answers, errors)
        for name in (*names, *sorted(set(errors) & set(specs) - set(names)))
    ]
