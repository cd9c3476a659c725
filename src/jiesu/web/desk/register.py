"""Registering at the desk: the call-taker types while talking, sees who is calling, and loses nothing."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from jiesu.cases import lawbook
from jiesu.cases.errors import ActionError
from jiesu.cases.files import Upload
from jiesu.cases.kinds import Channel
from jiesu.cases.worklists import items, shown
from jiesu.intake.actions import add_to_case, note_contact
from jiesu.intake.checking import INCOMPLETE
from jiesu.intake.forms import Agent, ContactForm, Person, Respondent
from jiesu.intake.models import Outcome
from jiesu.intake.queries import earlier
from jiesu.intake.registering import Split
from jiesu.intake.registering import register as take_in
from jiesu.intake.telephones import normal_phone
from jiesu.people import calendar
from jiesu.people.actors import SHANGHAI
from jiesu.triage import kind as triage_kind
from jiesu.triage.subject import subjects
from jiesu.triage.subject import suggest as suggest_subject
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page, part
from jiesu.web.desk.listing import line
from jiesu.web.desk.people_in import next_row, others_of, person_of, rows_of

REGISTRARS = ("calltaker", "dispatcher", "handler", "officehead")
CHANNELS = (Channel.HOTLINE, Channel.COUNTER, Channel.LETTER, Channel.STATION, Channel.HOTLINE_12345, Channel.COUNCIL,
            Channel.PLATFORM)  # fmt: skip
KINDS = (("auto", gettext_lazy("由系统建议，登记后确认")), ("complaint", gettext_lazy("投诉")), ("report", gettext_lazy("举报")), ("consultation", gettext_lazy("咨询")),
         ("other", gettext_lazy("其他")))  # fmt: skip
ID_TYPES = (
    ("resident_id", gettext_lazy("居民身份证")),
    ("passport", gettext_lazy("护照")),
    ("business_licence", gettext_lazy("营业执照")),
    ("other", gettext_lazy("其他")),
)
SHORTEST = 6


def _field(name: str, label: str, post: QueryDict, errors: dict[str, str], **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "id": f"r-{name}",
        "value": post.get(name, more.pop("start", "")),
        "errors": [errors[name]] if name in errors else [],
        **more,
    }


def fields_of(request: DeskRequest, errors: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Every field of the page by name, with what was typed and what is wrong."""
    post = request.POST
    start = Channel.HOTLINE if request.actor.has("calltaker", "dispatcher") else Channel.COUNTER
    plain: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("channel", _("来件渠道"), {"type": "choice", "choices": [(c.value, c.label) for c in CHANNELS],
                                "required": True, "start": start.value}),
        ("kind", _("来件类型"), {"type": "choice", "choices": KINDS, "required": True, "start": "auto"}),
        ("person__name", _("姓名"), {"autocomplete": "off"}),
        ("person__address", _("通讯地址"), {"autocomplete": "off"}),
        ("person__id_type", _("证件类型"), {"type": "choice", "choices": ID_TYPES}),
        ("person__id_number", _("证件号码"), {"autocomplete": "off"}),
        ("respondent__name", _("名称"), {"autocomplete": "off", "help": _("商店、企业或者网店的名称")}),
        ("respondent__address", _("经营地址"), {"autocomplete": "off", "help": _("建议分送机关只看地址栏，不看内容")}),
        ("respondent__unified_credit_code", _("统一社会信用代码"), {"autocomplete": "off"}),
        ("respondent__phone", _("电话"), {"autocomplete": "off"}),
        ("respondent__platform", _("交易平台"), {"autocomplete": "off"}),
        ("respondent__platform_address", _("平台上公示的地址"), {"autocomplete": "off"}),
        ("demand", _("请求"), {"type": "text", "rows": 2, "maxlength": 1000}),
        ("amount", _("争议金额"), {"type": "money"}),
        ("occurred_on", _("发生日期"), {"type": "date"}),
        ("subject", _("问题类别"), {"type": "choice", "choices": subjects(), "placeholder": _("由系统建议")}),
        ("anonymous", _("匿名举报"), {"type": "bool"}),
        ("person__representative", _("第一位投诉人推选为代表人"), {"type": "bool"}),
        ("joint_agreed", _("每位投诉人都同意共同投诉"), {"type": "bool"}),
        ("consent_disclosure", _("同意公示投诉信息"), {"type": "bool"}),
        ("consent_commission", _("同意委托消委会等组织调解"), {"type": "bool"}),
        ("received_on", _("收到日期"), {"type": "date", "help": _("不填为现在；邮寄的填签收日期")}),
        ("received_reason", _("补登理由"), {"help": _("收到日期早于今天时填写")}),
        ("external_number", _("来文编号（12345 等）"), {}),
        ("service_due", _("来文要求的办结日期"), {"type": "date", "help": _("服务期限，不影响法定期限")}),
        ("tracking_number", _("邮寄单号"), {}),
        ("agent__name", _("代理人姓名"), {"autocomplete": "off"}),
        ("agent__phone", _("代理人电话"), {"autocomplete": "off"}),
        ("agent__matter", _("委托事项"), {}),
        ("agent__powers", _("代理权限"), {}),
        ("agent__period", _("代理期限"), {}),
    )  # fmt: skip
    return {name: _field(name, label, post, errors, **more) for name, label, more in plain}


def form_of(post: QueryDict) -> ContactForm:
    """What was typed, as a contact."""

    def group(prefix: str) -> dict[str, str]:
        marker = f"{prefix}__"
        return {k.removeprefix(marker): str(v).strip() for k, v in post.items() if k.startswith(marker)}

    kind = post.get("kind", "auto")
    known = dict(KINDS)
    person = person_of(post, "person__")
    others = others_of(post)
    if not others:
        person = replace(person, representative=False)
    report = kind == "report"
    channel = post.get("channel", "")
    return ContactForm(
        kind=kind if kind in known else "auto",
        channel=channel if channel in {c.value for c in CHANNELS} else "",
        text=post.get("text", "").replace("\r\n", "\n").strip(),
        demand=post.get("demand", "").replace("\r\n", "\n").strip(),
        amount=post.get("amount", "").strip(),
        occurred_on=post.get("occurred_on", ""),
        received_on=post.get("received_on", ""),
        received_reason=post.get("received_reason", "").strip(),
        external_number=post.get("external_number", "").strip(),
        tracking_number=post.get("tracking_number", "").strip(),
        service_due=post.get("service_due", ""),
        subject=post.get("subject", "") if post.get("subject") in dict(subjects()) else "",
        anonymous=post.get("anonymous") == "1" and report,
        complainant=Person() if report or others else person,
        informant=person if report and not others else Person(),
        joint=(person, *others) if others else (),
        joint_agreed=bool(others) and post.get("joint_agreed") == "1",
        agent=Agent(**{k: v for k, v in group("agent").items() if k in Agent.__dataclass_fields__}),
        respondent=Respondent(
            **{k: v for k, v in group("respondent").items() if k in Respondent.__dataclass_fields__}
        ),
        consent_disclosure=True if post.get("consent_disclosure") == "1" else None,
        consent_commission=True if post.get("consent_commission") == "1" else None,
    )


def uploads(request: DeskRequest) -> list[Upload]:
    """Papers, and the picture of the envelope or letter under its own purpose."""
    found: list[Upload] = []
    for name, purpose in (("files", "evidence"), ("letter", "letter")):
        for handed in request.FILES.getlist(name):
            if isinstance(handed, UploadedFile):
                found.append(Upload(name=handed.name or "", content=handed.read(), purpose=purpose))
    return found


def _flat(errors: dict[str, str]) -> dict[str, str]:
    """Paths of the contact's fields as names of this page."""
    found: dict[str, str] = {}
    for path, message in errors.items():
        for whole in ("complainant.", "informant.", "joint.0."):
            path = path.replace(whole, "person.")
        found[path.replace(".", "__")] = message
    return found


@desk(*REGISTRARS)
@require_http_methods(["GET", "POST"])
def register(request: DeskRequest) -> HttpResponse:
    """The page, and what its buttons do: register, add to a case, urge, note without a case."""
    if request.method == "GET":
        return _page(request, None)
    form = form_of(request.POST)
    post = request.POST
    key = post.get("key") or None
    files: list[Upload] = []
    try:
        files = uploads(request)
        target = post.get("add_to") or post.get("urge_case") or ""
        if target.isdigit() and len(target) == 18:
            urge = "urge_case" in post and not post.get("add_to")
            add_to_case(
                int(target), form=form, actor=request.actor, at=request.now, key=key, files=files, urge=urge
            )
            messages.success(request, _("已记为催办") if urge else _("已并入该件"))
            return going(request, reverse("desk:case", args=[target]))
        if post.get("note") in (Outcome.ANSWERED, Outcome.ABANDONED):
            note_contact(form=form, actor=request.actor, at=request.now, outcome=Outcome(post["note"]))
            messages.success(request, _("已记下这次来件，没有立件"))
            return going(request, reverse("desk:register"))
        split = None
        if post.get("split") == "1":
            split = Split(post.get("complaint_text", ""), post.get("report_text", ""))
        done = take_in(
            form=form,
            actor=request.actor,
            at=request.now,
            key=key,
            files=files,
            split=split,
            suggest_kind=triage_kind.suggest,
        )
    except ActionError as error:
        return _page(request, error)
    context = {
        "title": _("已登记"),
        "done": done,
        "incomplete": [INCOMPLETE.get(code, code) for code in done.incomplete],
        "readback": readback_words(form),
    }
    return page(request, "desk/registered.html", context, current="desk:register")


def _page(request: DeskRequest, error: ActionError | None) -> HttpResponse:
    errors = _flat(error.fields) if error else {}
    fields = fields_of(request, errors)
    phone = _field("person__phone", _("电话"), request.POST, errors)
    text = _field("text", _("事情经过"), request.POST, errors)
    people = rows_of(request.POST, errors)
    every = [*fields.values(), phone, text, *(f for row in people for f in row["fields"])]
    shown = {f["name"] for f in every if f["errors"]}
    context = {
        "title": _("登记来件"),
        "f": fields,
        "phone": phone,
        "text": text,
        "all_fields": every,
        "problems": [] if error is None or error.fields else [error.message],
        "hint": hint_of(form_of(request.POST), request) if error else {},
        "people": people,
        "people_open": bool(people) or "joint" in errors,
        "others": [m for n, m in errors.items() if n not in shown],
        "error": error,
        "key": uuid.uuid4().hex,
    }  # fmt: skip
    return page(request, "desk/register.html", context, current="desk:register", status=422 if error else 200)


@desk(*REGISTRARS)
@require_POST
def another(request: DeskRequest) -> HttpResponse:
    """One more complainant of a joint complaint: an empty row."""
    return part(request, "desk/parts/person_row.html", {"row": next_row(request.POST), "focus": True})


@desk(*REGISTRARS)
@require_POST
def suggest(request: DeskRequest) -> HttpResponse:
    """While typing: kind and category with reasons; for a mixed letter its two halves."""
    return part(request, "desk/parts/register_hint.html", hint_of(form_of(request.POST), request))


def hint_of(form: ContactForm, request: DeskRequest) -> dict[str, Any]:
    """What the words look like; a split that has been ticked keeps its two texts as they were edited."""
    if len(form.text) < SHORTEST:
        return {}
    found = triage_kind.suggest(
        form.text, demand=form.demand or None, respondent=form.respondent.name or None
    )
    post = request.POST
    ticked = post.get("split") == "1"
    return {
        "found": found,
        "label": dict(KINDS).get(found.value, found.value),
        "subject": suggest_subject(form.text),
        "article": lawbook.cited("split_mixed", request.now.astimezone(SHANGHAI).date()),
        "mixed": found.mixed or ticked,
        "ticked": ticked,
        "complaint_text": post.get("complaint_text", "") if ticked else "\n".join(found.for_complaint),
        "report_text": post.get("report_text", "") if ticked else "\n".join(found.for_report),
    }


@desk(*REGISTRARS)
@require_POST
def callers(request: DeskRequest) -> HttpResponse:
    """Earlier complaints and consultations from this telephone; never reports."""
    phone = request.POST.get("person__phone", "")
    if normal_phone(phone) is None:
        return part(request, "desk/parts/callers.html", {"phone": ""})
    found = list(shown(earlier(phone, request.actor))[:11])
    days = calendar.current()
    lines = [line(item, now=request.now, calendar=days) for item in items(found[:10], request.actor)]
    return part(request, "desk/parts/callers.html", {"phone": phone, "lines": lines, "more": len(found) > 10})


def readback_words(form: ContactForm) -> str:
    """What the call-taker reads back to the caller (order 121 art. 10(2))."""
    kind = {"complaint": _("投诉"), "report": _("举报"), "consultation": _("咨询")}.get(form.kind, _("反映"))
    person = form.people[0] if form.people else Person()
    said = [
        _("您好，我复述一遍您%(kind)s的内容，请您听听有没有出入。") % {"kind": kind},
        _("您的姓名是%(name)s，电话是%(phone)s。") % {"name": person.name, "phone": person.phone}
        if person.name or person.phone
        else "",
        _("被%(kind)s的是%(name)s，地址在%(address)s。")
        % {
            "kind": kind,
            "name": form.respondent.name,
            "address": form.respondent.address or _("（没有提供）"),
        }
        if form.respondent.name
        else "",
        _("事情经过是：%(text)s。") % {"text": form.text.rstrip("。")} if form.text else "",
        _("您的请求是：%(demand)s。") % {"demand": form.demand.rstrip("。")} if form.demand else "",
        _("涉及金额%(amount)s元。") % {"amount": form.amount} if form.amount else "",
        _("以上内容对吗？"),
    ]
    return "".join(s for s in said if s)


@desk(*REGISTRARS)
@require_POST
def readback(request: DeskRequest) -> HttpResponse:
    """The text to read back, from what stands in the form now."""
    return part(request, "desk/parts/readback.html", {"words": readback_words(form_of(request.POST))})
