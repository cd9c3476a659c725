"""Lodging: three screens, one confirmation where a letter holds two matters, and the number to keep."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from jiesu.cases.errors import ActionError, Code
from jiesu.cases.files import MOST_FILES
from jiesu.cases.kinds import Kind
from jiesu.cases.models import Case
from jiesu.intake import held, limits
from jiesu.intake.checking import check
from jiesu.intake.errors import IntakeError
from jiesu.intake.following import actor_of
from jiesu.intake.prospects import prospects
from jiesu.intake.registering import Registered, Split, register
from jiesu.triage import kind as triage_kind
from jiesu.web.portal.answers import Answers
from jiesu.web.portal.frame import address_of, done, grant, one_upload, page, portal_url, remember_done
from jiesu.web.portal.screens import SCREENS, TITLES, Screen, asked_when_split, shown

ACCEPT = "image/*,application/pdf,audio/*,video/mp4,.docx,.xlsx"


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def lodge(request: HttpRequest, kind: str) -> HttpResponse:
    """One screen after another; what was typed travels with the form, nothing is stored until it is sent."""
    screens = SCREENS[kind]
    if request.method != "POST":
        return _screen(request, Answers(kind, {}), 0, {}, key=secrets.token_urlsafe(16))
    answers = Answers.of(kind, request.POST)
    key = request.POST.get("key", "")[:60] or secrets.token_urlsafe(16)
    at = _number(request.POST.get("screen", ""), len(screens) - 1)
    answers, errors = _files(request, answers)
    if errors:
        return _screen(request, answers, _photo_screen(screens), errors, key=key, status=422)
    if request.POST.get("go") == "back":
        return _screen(request, answers, max(0, at - 1), {}, key=key)
    if request.POST.get("go") == "edit":
        return _screen(request, answers, 0, {}, key=key)
    errors = _problems(answers, upto=at)
    if errors:
        return _screen(request, answers, _first_at_fault(screens, errors), errors, key=key, status=422)
    if at + 1 < len(screens):
        return _screen(request, answers, at + 1, {}, key=key)
    return _send(request, answers, key)


def _number(text: str, most: int) -> int:
    return min(int(text), most) if text.isdigit() else 0


def _photo_screen(screens: tuple[Screen, ...]) -> int:
    return next((n for n, s in enumerate(screens) if s.photos), 0)


def _files(request: HttpRequest, answers: Answers) -> tuple[Answers, dict[str, str]]:
    """Keeps newly chosen files and forgets those taken back; a file that cannot be taken does not cost the others."""
    tokens = [t for t in answers.several("held") if t not in request.POST.getlist("drop")]
    held.drop(t for t in request.POST.getlist("drop") if t in answers.several("held"))
    errors: dict[str, str] = {}
    for file in request.FILES.getlist("photos"):
        if len(tokens) >= MOST_FILES:
            errors["photos"] = _("最多上传 %(most)d 个文件。") % {"most": MOST_FILES}
            break
        try:
            limits.allow(limits.UPLOADS, address_of(request), at=timezone.now())
            tokens.append(held.hold(one_upload(file)).token)
        except (ActionError, IntakeError) as refused:
            errors["photos"] = refused.message
    return answers.put("held", *tokens), errors


def _problems(answers: Answers, *, upto: int) -> dict[str, str]:
    """What is wrong on the screens up to this one, by field."""
    found = check(answers.form(), strict=True, at=timezone.now()).problems
    messages = answers.by_field({p: v.message for p, v in found.items()})
    messages = {**messages, **{p: v.message for p, v in answers.own_problems().items()}}
    seen = {n for s in SCREENS[answers.kind][: upto + 1] for n in s.names()}
    last = upto + 1 == len(SCREENS[answers.kind])
    return {n: m for n, m in messages.items() if n in seen or (last and n not in _all_names(answers.kind))}


def _all_names(kind: str) -> set[str]:
    return {n for s in SCREENS[kind] for n in s.names()}


def _first_at_fault(screens: tuple[Screen, ...], errors: dict[str, str]) -> int:
    return next((n for n, s in enumerate(screens) if set(s.names()) & set(errors)), len(screens) - 1)


def _screen(
    request: HttpRequest,
    answers: Answers,
    at: int,
    errors: dict[str, str],
    *,
    key: str,
    status: int = 200,
    problems: tuple[str, ...] = (),
) -> HttpResponse:
    screens = SCREENS[answers.kind]
    screen = screens[at]
    groups = shown(screen, answers, errors)
    waiting = held.listed(answers.several("held"))
    photos = {
        "name": "photos",
        "label": _("照片、小票、聊天截图"),
        "type": "file",
        "multiple": True,
        "accept": ACCEPT,
        "optional_mark": True,
        "help": _("可以上传小票、合同、商品照片、录音等，每个不超过 20 MB。"),
        "errors": [errors["photos"]] if "photos" in errors else [],
    }
    known = {*screen.names(), "photos"}
    rest = tuple(m for n, m in errors.items() if n not in known)
    context: dict[str, Any] = {
        "title": TITLES[answers.kind],
        "screen": screen,
        "groups": groups,
        "photos": photos if screen.photos else None,
        "held": waiting,
        "hidden": answers.others({*screen.names(), "held"}),
        "at": at,
        "step": at + 1,
        "of": len(screens),
        "last": at + 1 == len(screens),
        "kind": answers.kind,
        "key": key,
        "wrong": [f for g in groups for f in g.fields if f["errors"]]
        + ([photos] if screen.photos and photos["errors"] else []),
        "problems": (*problems, *rest),
        "back_url": reverse("portal:home") if at == 0 else "",
    }
    return page(request, "portal/lodge.html", context, status=status)


def _send(request: HttpRequest, answers: Answers, key: str) -> HttpResponse:
    now = timezone.now()
    last = len(SCREENS[answers.kind]) - 1
    form = answers.form()
    choice = request.POST.get("split", "")
    if answers.kind in ("complaint", "report") and choice not in ("yes", "no"):
        found = triage_kind.suggest(
            form.text, demand=form.demand or None, respondent=form.respondent.name or None
        )
        if found.mixed:
            # The sentences of the text alone: what is asked for goes with the complaint anyway.
            parts = triage_kind.suggest(form.text)
            texts = (_joined(parts.for_complaint) or form.text, _joined(parts.for_report) or form.text)
            return _split_page(request, answers, key, texts, {})
    split = None
    if choice == "yes":
        split = Split(
            request.POST.get("complaint_text", "").strip(), request.POST.get("report_text", "").strip()
        )
        if answers.kind == "report":
            form = answers.as_complaint().form()
            errors = _complaint_lacks(answers)
            if errors:
                return _split_page(request, answers, key, (split.complaint_text, split.report_text), errors)
    try:
        limits.allow(limits.CONTACTS, address_of(request), at=now)
        result = register(
            form=form,
            actor=actor_of(form.kind),
            at=now,
            key=f"portal:{key}",
            files=held.uploads(answers.several("held")),
            split=split,
            suggest_kind=triage_kind.suggest,
        )
    except IntakeError as refused:
        return _screen(
            request, answers, last, {}, key=key, status=refused.status, problems=(refused.message,)
        )
    except ActionError as refused:
        if refused.code == Code.IDEMPOTENCY_MISMATCH:
            # Sent before, then changed after going back: this is a new contact.
            key = secrets.token_urlsafe(16)
            message = _(
                "这份内容刚才已经提交过。修改后的内容尚未提交，确认要再提交一件的，请再按一次“提交”。"
            )
            return _screen(request, answers, last, {}, key=key, status=422, problems=(message,))
        if split is not None and refused.fields.keys() & {"complaint_text", "report_text"}:
            return _split_page(
                request, answers, key, (split.complaint_text, split.report_text), refused.fields
            )
        errors = answers.by_field(refused.fields)
        at = _first_at_fault(SCREENS[answers.kind], errors)
        return _screen(
            request, answers, at, errors, key=key, status=refused.status, problems=(refused.message,)
        )
    # The files stay a day: a second press of the button must find the same content to get the same answer.
    return redirect("portal:done", token=_remember(request, result))


def _complaint_lacks(answers: Answers) -> dict[str, str]:
    """What is wrong with the complaint that a report also holds, by field."""
    whole = answers.as_complaint()
    found = check(whole.form(), strict=True, at=timezone.now()).problems
    return whole.by_field({p: v.message for p, v in found.items()})


def _joined(sentences: list[str]) -> str:
    return "".join(sentences).strip()


def _split_page(
    request: HttpRequest, answers: Answers, key: str, texts: tuple[str, str], errors: dict[str, str]
) -> HttpResponse:
    fields = [
        {
            "name": name,
            "label": label,
            "type": "text",
            "rows": 5,
            "maxlength": 3000,
            "required": True,
            "value": text,
            "errors": [errors[name]] if name in errors else [],
        }
        for name, label, text in (
            ("complaint_text", _("投诉的内容：您和商家的纠纷"), texts[0]),
            ("report_text", _("举报的内容：商家的违法行为"), texts[1]),
        )
    ]
    more = asked_when_split(answers, errors) if answers.kind == "report" else []
    context = {
        "title": _("您说的好像是两件事"),
        "fields": fields,
        "more": more,
        "anonymous": answers.kind == "report" and answers.one("identity") == "anonymous",
        "wrong": [f for f in (*fields, *more) if f["errors"]],
        "hidden": answers.others(str(f["name"]) for f in more),
        "key": key,
        "at": len(SCREENS[answers.kind]) - 1,
        "kind": answers.kind,
    }
    return page(request, "portal/split.html", context, status=422 if errors else 200)


def _remember(request: HttpRequest, result: Registered) -> str:
    cases = [{"number": str(c.number), "kind": c.kind, "code": c.query_code} for c in result.cases]
    return remember_done(request, cases)


@require_safe
def lodged(request: HttpRequest, token: str) -> HttpResponse:
    """The number and the code to keep, what happens next and by when at the latest."""
    kept = done(request, token)
    if kept is None:
        return page(
            request,
            "portal/gone.html",
            {
                "title": _("这一页已经关闭"),
                "text": _("为了保护您的信息，提交结果只显示一段时间。请用编号和查询码查进度。"),
            },
            status=404,
        )
    at = datetime.fromisoformat(kept["at"])
    rows = {
        c.pk: c
        for c in Case.objects.filter(pk__in=[int(c["number"]) for c in kept["cases"]]).select_related(
            "registered_by"
        )
    }
    shown_cases = []
    for one in kept["cases"]:
        case = rows.get(int(one["number"]))
        if case is None:
            raise Http404
        shown_cases.append(
            {
                "number": one["number"],
                "code": one["code"],
                "code_words": "-".join((one["code"][:4], one["code"][4:8], one["code"][8:])),
                "kind": one["kind"],
                "kind_label": Kind(one["kind"]).label,
                "next": prospects(one["kind"], at=case.received_at, organisation=case.registered_by),
                "centre": case.registered_by.name,
                "url": reverse("portal:case", args=[grant(request, case.pk)]),
            }
        )
    follow = portal_url(request).rstrip("/") + reverse("portal:follow")
    context = {
        "title": _("提交成功"),
        "cases": shown_cases,
        "at": at,
        "qr": qr(follow),
        "follow_url": follow,
    }
    return page(request, "portal/done.html", context)


def qr(text: str) -> SafeString:
    """A QR code as inline SVG, drawn here: nothing is asked of another host."""
    drawn: str = segno.make(text, error="m").svg_inline(
        border=2, omitsize=True, svgclass="qr", lineclass=None
    )
    # Made by segno from an address of ours; there is no word of a visitor in it.
    return mark_safe(drawn)  # noqa: S308
