"""Every setting of law and service there is: the law's own list and what the service adds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jiesu.law.errors import LawError
from jiesu.law.options import Option
from jiesu.law.options import options as law_options
from jiesu.people.errors import Code, PeopleError


@dataclass(frozen=True, slots=True)
class Definition:
    """One setting. ``type`` is ``bool``, ``int``, ``choice`` or ``days`` (whole days, descending, each once).

    ``level`` is the lowest level of organisation that may set it, ``group`` is ``law`` or ``service``.
    """

    key: str
    type: str
    default: Any
    label: str | Promise
    note: str | Promise = ""
    source: str | Promise = ""
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    level: str | None = None
    group: str = "service"
    option: Option | None = None

    @property
    def statutory_label(self) -> str:
        """Shown beside every setting: it is no rule of law."""
        return gettext("非法定")

    def check(self, value: object) -> Any:
        """The value if it fits.

        Raises:
            PeopleError: ``bad_setting``.
        """
        if self.option is not None:
            try:
                return self.option.check(value)
            except LawError as error:
                raise self._bad(value, str(error.data.get("why", error))) from error
        if self.type == "bool" and isinstance(value, bool):
            return value
        if self.type == "int" and _whole(value):
            return self._inside(value)
        if self.type == "days" and isinstance(value, list | tuple) and all(_whole(day) for day in value):
            days = sorted({self._inside(day) for day in value}, reverse=True)
            if days:
                return days
        raise self._bad(
            value,
            {"bool": gettext("应当是 true 或者 false"), "int": gettext("应当是整数")}.get(
                self.type, gettext("应当是天数列表")
            ),
        )

    def _inside(self, value: Any) -> int:
        low, high = self.minimum, self.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            raise self._bad(value, gettext("应当在 %(low)s 至 %(high)s 之间") % {"low": low, "high": high})
        return int(value)

    def _bad(self, value: object, why: str) -> PeopleError:
        return PeopleError(Code.BAD_SETTING, key=self.key, value=value, why=why)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_SERVICE = (
    Definition(
        "reminder.before",
        "days",
        [3, 1, 0],
        _("期限届满前几个工作日提醒承办人"),
        _("0＝届满当日"),
        minimum=0,
        maximum=30,
    ),
    Definition(
        "reminder.escalate_after",
        "days",
        [3, 1],
        _("逾期几个工作日后提醒上级"),
        minimum=1,
        maximum=60,
    ),
    Definition(
        "service.hotline_reply_days",
        "int",
        5,
        _("12345 转办件的答复工作日数"),
        _("服务期限，按当地热线的要求设定，不影响法定期限"),
        minimum=1,
        maximum=60,
    ),
    Definition(
        "service.consultation_days", "int", 3, _("咨询的答复工作日数"), _("服务承诺"), minimum=1, maximum=60
    ),
    Definition(
        "service.route_days", "int", 1, _("登记后几个工作日内分派"), _("服务承诺"), minimum=1, maximum=10
    ),
    Definition("service.report_back_days", "int", 5, _("上级分送后的反馈工作日数"), minimum=1, maximum=60),
    Definition(
        "figures.small_cell",
        "int",
        5,
        _("公开数据中不足几件的数字不显示"),
        _("同时隐去能够由合计推算出它的数字；零照常显示；以全系统的设置为准"),
        minimum=2,
        maximum=100,
    ),
    Definition(
        "figures.bands",
        "int",
        0,
        _("各地排名分几档"),
        _("0＝显示名次，不分档"),
        minimum=0,
        maximum=10,
    ),
    Definition("leave.deputy_sees_queue", "bool", True, _("代班人看到休假人的待办")),
    Definition(
        "dispatch.bounce_warning",
        "int",
        2,
        _("退回几次后提醒督办"),
        _("同一件被退回分派的次数"),
        minimum=1,
        maximum=20,
    ),
    *(
        Definition(f"hotspots.{key}", "int", default, label, note, minimum=low, maximum=high, level="city")
        for key, default, low, high, label, note in (
            ("period_days", 7, 1, 90, _("热点：近期按几天计"), _("与此前四个同样长的时段的平均数比较")),
            (
                "least_people",
                3,
                2,
                50,
                _("热点：至少几个不同的人才列出"),
                _("标签用词也至少出现在这么多人的来件里"),
            ),
            (
                "small_cell",
                5,
                2,
                50,
                _("热点：无权查看的办件不足几件时不显示件数"),
                _("显示时向下取整到它的倍数"),
            ),
            ("window_days", 60, 7, 365, _("热点：相隔几天以内的来件归并"), _("以全系统的设置为准")),
            (
                "answer_days",
                5,
                1,
                60,
                _("热点督办单的答复工作日数"),
                _("起草时按它算出答复期限，可以逐份改；不影响法定期限"),
            ),
            ("full_count", 30, 2, 10_000, _("热点热度：多少件（人）计满分"), ""),
            ("weight_number", 20, 0, 100, _("热点热度：件数的权重"), ""),
            ("weight_people", 30, 0, 100, _("热点热度：人数的权重"), ""),
            ("weight_growth", 35, 0, 100, _("热点热度：增长的权重"), ""),
            ("weight_urgency", 15, 0, 100, _("热点热度：紧急程度的权重"), ""),
        )
    ),
    *(
        Definition(
            f"retention.{kind}_years",
            "int",
            years,
            label,
            _("办结后满几年删除个人信息，案件的统计数据和事实链保留；0＝不删除"),
            _("个人信息保护法第十九条、第四十七条；各类材料的保存期限按当地档案管理规定设定"),
            minimum=0,
            maximum=100,
            level="city",
        )
        for kind, years, label in (
            ("complaint", 5, _("投诉的保存年限")),
            ("report", 10, _("举报的保存年限")),
            ("lead", 10, _("线索的保存年限")),
            ("consultation", 3, _("咨询的保存年限")),
            ("other", 3, _("其他来件的保存年限")),
        )
    ),
    Definition(
        "retention.sheet_days",
        "int",
        30,
        _("导入表格的保存天数"),
        _("导入结束后满几天删除交来的表格，导入记录保留；有未通过的行才保留表格，以便改正；0＝不删除"),
        _("个人信息保护法第十九条、第四十七条；天数由本系统设定，可按当地规定调整"),
        minimum=0,
        maximum=3650,
    ),
)


@cache
def definitions() -> Mapping[str, Definition]:
    """All settings by key, the law's first. Values that come from one document are no settings and left out."""
    found = {
        key: Definition(
            key,
            option.type,
            option.default,
            option.label,
            option.note,
            option.source,
            option.choices,
            option.minimum,
            option.maximum,
            option.level,
            "law",
            option,
        )
        for key, option in law_options().items()
        if not option.per_call
    }
    found |= {definition.key: definition for definition in _SERVICE}
    return MappingProxyType(found)


def definition(key: str) -> Definition:
    """One setting.

    Raises:
        PeopleError: ``unknown_setting``.
    """
    try:
        return definitions()[key]
    except KeyError:
        raise PeopleError(Code.UNKNOWN_SETTING, key=key) from None
