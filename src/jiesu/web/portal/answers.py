"""From what was typed on the portal's screens to the contact's form, and problems back to the fields on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from jiesu.intake.forms import ContactForm, Person, Problem, Respondent

WISHES = (
    ("refund", gettext_lazy("退款")),
    ("return", gettext_lazy("退货")),
    ("exchange", gettext_lazy("换货")),
    ("repair", gettext_lazy("维修")),
    ("compensation", gettext_lazy("赔偿损失")),
    ("apology", gettext_lazy("赔礼道歉")),
    ("perform", gettext_lazy("按约定提供商品或者服务")),
)
#: Everything that a screen may ask; what else is posted is not carried along.
NAMES = (
    "text",
    "occurred_on",
    "amount",
    "wish",
    "demand",
    "where",
    "respondent_name",
    "respondent_address",
    "respondent_phone",
    "credit_code",
    "platform",
    "shop_name",
    "platform_address",
    "identity",
    "name",
    "phone",
    "address",
    "consent_disclosure",
    "consent_commission",
    "truth",
    "held",
)
SEVERAL = frozenset({"wish", "held"})

_FIELD_OF = {
    "text": "text",
    "demand": "wish",
    "amount": "amount",
    "occurred_on": "occurred_on",
    "respondent.unified_credit_code": "credit_code",
    "anonymous": "identity",
}


@dataclass(frozen=True)
class Answers:
    """What has been typed so far, on all screens."""

    kind: str
    values: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, kind: str, posted: QueryDict) -> Answers:
        """From a posted form."""
        return cls(kind, {n: tuple(posted.getlist(n)) for n in NAMES if n in posted})

    def one(self, name: str) -> str:
        found = self.values.get(name, ())
        return found[0].replace("\x00", "").replace("\r\n", "\n").strip() if found else ""

    def several(self, name: str) -> tuple[str, ...]:
        return self.values.get(name, ())

    def put(self, name: str, *values: str) -> Answers:
        """The same with one answer replaced."""
        return Answers(self.kind, {**self.values, name: values})

    def others(self, shown: Iterable[str]) -> list[tuple[str, str]]:
        """What is carried along hidden while a screen shows other fields."""
        here = set(shown)
        return [(n, v) for n in NAMES if n not in here for v in self.values.get(n, ()) if v]

    def as_complaint(self) -> Answers:
        """The same answers for the complaint that a report also holds: a complaint needs its claim and a true name."""
        return Answers("complaint", {**self.values, "identity": ("named",)})

    @property
    def online(self) -> bool:
        return self.one("where") == "online"

    @property
    def demand(self) -> str:
        """Chosen wishes and own words as one text."""
        labels = dict(WISHES)
        with override(
            settings.LANGUAGE_CODE
        ):  # it goes into the file: the authority's language, not the reader's
            chosen = "、".join(str(labels[w]) for w in self.several("wish") if w in labels)
        return "。".join(part for part in (chosen, self.one("demand")) if part)

    def form(self) -> ContactForm:
        """The contact as it would be registered now."""
        person = Person(name=self.one("name"), phone=self.one("phone"), address=self.one("address"))
        report = self.kind == "report"
        anonymous = report and self.one("identity") == "anonymous"
        return ContactForm(
            kind=self.kind,
            channel="portal",
            text=self.one("text"),
            demand=self.demand if self.kind == "complaint" else "",
            amount=self.one("amount") if self.kind == "complaint" else "",
            occurred_on=self.one("occurred_on"),
            anonymous=anonymous,
            informant=person if report and not anonymous else Person(),
            complainant=Person() if report else person,
            respondent=self._respondent(),
            consent_disclosure=bool(self.one("consent_disclosure")) if self.kind == "complaint" else None,
            consent_commission=bool(self.one("consent_commission")) if self.kind == "complaint" else None,
        )

    def _respondent(self) -> Respondent:
        if self.kind == "consultation":
            return Respondent()
        if self.online:
            return Respondent(
                name=self.one("shop_name"),
                platform=self.one("platform"),
                platform_address=self.one("platform_address"),
                phone=self.one("respondent_phone"),
                unified_credit_code=self.one("credit_code"),
            )
        return Respondent(
            name=self.one("respondent_name"),
            address=self.one("respondent_address"),
            phone=self.one("respondent_phone"),
            unified_credit_code=self.one("credit_code"),
        )

    def own_problems(self) -> dict[str, Problem]:
        """What the screens ask beside the form: where it was bought, whether to stay unnamed, and the promise."""
        found: dict[str, Problem] = {}
        if self.kind in ("complaint", "report") and self.one("where") not in ("shop", "online"):
            found["where"] = Problem("where_missing", _("请选择是在实体店还是在网上。"))
        if self.kind == "report":
            if self.one("identity") not in ("anonymous", "named"):
                found["identity"] = Problem("identity_missing", _("请选择是否留下您的姓名。"))
            elif self.one("identity") == "named":
                if not self.one("name"):
                    found["name"] = Problem("name_missing", _("请填写您的姓名；不愿留下的，请选择匿名。"))
                if not self.one("phone"):
                    found["phone"] = Problem("phone_missing", _("请填写电话号码，便于核实情况和告知结果。"))
        if self.kind in ("complaint", "report") and not self.one("truth"):
            found["truth"] = Problem("truth_missing", _("请确认您提供的内容真实。"))
        return found

    def by_field(self, problems: Mapping[str, str]) -> dict[str, str]:
        """Messages by the fields of the screens; those of no field under an empty name."""
        found: dict[str, str] = {}
        for path, message in problems.items():
            name = self._field(path)
            if name == "platform" and path == "respondent.address":
                message = _("请填写是在哪个平台买的，比如淘宝、拼多多、抖音。")
            found.setdefault(name, message)
        return found

    def _field(self, path: str) -> str:
        if path in _FIELD_OF:
            return _FIELD_OF[path]
        if path in NAMES:
            return path
        if path == "respondent.name":
            return "shop_name" if self.online else "respondent_name"
        if path == "respondent.address":
            return "platform" if self.online else "respondent_address"
        group, _dot, last = path.partition(".")
        if group in ("complainant", "informant") and last in ("name", "phone", "address"):
            return last
        return ""
