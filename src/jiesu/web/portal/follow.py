"""Following a case: number and code once, then a page that this session alone can open."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jiesu.cases.act import act
from jiesu.cases.errors import ActionError
from jiesu.cases.models import Case
from jiesu.intake import entering, following, limits
from jiesu.intake.errors import IntakeError
from jiesu.web.portal.frame import address_of, grant, granted, page, uploads, withdraw_grant
from jiesu.web.portal.lodge import ACCEPT

THANKS = {
    "add_evidence": later("材料已提交，承办人员会看到。"),
    "send_message": later("留言已发出。"),
    "urge": later("已催办，承办单位会收到提醒。"),
    "withdraw": later("已撤回投诉。"),
    "change_claim": later("已变更投诉请求。"),
    "rate": later("谢谢您的评价。"),
    "request_recusal": later("回避申请已提交，决定之前中止调解。"),
    "record_consent": later("已记下您的意见，承办单位会看到。"),
}
#: Fields of the citizen's own actions; what the person cannot know is filled in here.
FIELDS: dict[str, tuple[str, ...]] = {
    "add_evidence": ("description",),
    "send_message": ("body",),
    "urge": ("note",),
    "withdraw": ("statement",),
    "change_claim": ("demand",),
    "rate": ("stars", "note"),
    "request_recusal": ("reason",),
    "record_consent": ("subject", "consent"),
}
FIXED = {
    "request_recusal": {"door": "complainant"},
    "record_consent": {"party": "complainant", "proof": "message"},
}


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Asks for number and code; the code never stands in an address."""
    if request.method != "POST":
        return _entrance(request, number=request.GET.get("number", "")[:24])
    number, code = request.POST.get("number", "")[:40], request.POST.get("code", "")[:40]
    missing: dict[str, str] = {}
    if not number.strip():
        missing["number"] = _("请填写编号。")
    if not code.strip():
        missing["code"] = _("请填写查询码。")
    if missing:
        return _entrance(request, number=number, errors=missing, status=422)
    try:
        case = entering.enter(number, code, at=timezone.now(), who=address_of(request))
    except IntakeError as refused:
        return _entrance(request, number=number, problem=refused.message, status=refused.status)
    return redirect("portal:case", token=grant(request, case.pk))


def _entrance(
    request: HttpRequest,
    *,
    number: str,
    errors: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    wrong = errors or {}
    fields = [
        {
            "name": "number",
            "label": _("编号"),
            "required": True,
            "help": _("18 位数字，提交成功时给您的。"),
            "inputmode": "numeric",
            "maxlength": 24,
            "value": number,
            "errors": [wrong["number"]] if "number" in wrong else [],
        },
        {
            "name": "code",
            "label": _("查询码"),
            "required": True,
            "help": _("10 位字母和数字，不分大小写。"),
            "autocomplete": "off",
            "maxlength": 20,
            "errors": [wrong["code"]] if "code" in wrong else [],
        },
    ]
    context = {
        "title": _("查进度"),
        "fields": fields,
        "wrong": [f for f in fields if f["errors"]],
        "problems": [problem] if problem else [],
        "back_url": reverse("portal:home"),
    }
    return page(request, "portal/follow.html", context, status=status)


def _ended(request: HttpRequest) -> HttpResponse:
    context = {
        "title": _("需要重新输入查询码"),
        "text": _("为了保护您的信息，这一页隔一段时间会自动关闭。请重新输入编号和查询码。"),
    }
    return page(request, "portal/gone.html", context, status=404)


@require_safe
def case(request: HttpRequest, token: str) -> HttpResponse:
    """Where the matter stands, what is awaited, and what the person can do."""
    number = granted(request, token)
    if number is None:
        return _ended(request)
    return _case(request, token, number)


def _case(
    request: HttpRequest,
    token: str,
    number: int,
    *,
    failed: str = "",
    refused: ActionError | None = None,
    status: int = 200,
) -> HttpResponse:
    try:
        seen = following.followed(number, at=timezone.now())
    except Case.DoesNotExist:
        return _ended(request)
    context: dict[str, Any] = {
        "title": _("%(kind)s进度") % {"kind": seen.kind_label},
        "seen": seen,
        "token": token,
        "forms": {name: _form(name, request, failed, refused) for name in seen.actions},
        "failed": failed,
        "problem": refused.message if refused is not None else "",
        "unread": sum(1 for n in seen.notices if not n.opened),
        "back_url": "",
    }
    return page(request, "portal/case.html", context, status=status)


def _form(action: str, request: HttpRequest, failed: str, refused: ActionError | None) -> dict[str, Any]:
    """The fields of one action, with what was typed when it was refused."""
    again = action == failed
    errors = refused.fields if refused is not None and again else {}

    def spec(name: str, label: str, **more: Any) -> dict[str, Any]:
        return {
            "id": f"{action}-{name}",
            "name": name,
            "label": label,
            "value": request.POST.get(name, "") if again else "",
            "errors": [errors[name]] if name in errors else [],
            **more,
        }

    text = {"type": "text", "rows": 3}
    made: dict[str, list[dict[str, Any]]] = {
        "add_evidence": [
            spec("description", _("这是什么材料"), optional_mark=True, maxlength=500, **text),
            spec("photos", _("照片、文件"), type="file", multiple=True, accept=ACCEPT, optional_mark=True)
            | {"errors": [errors["files"]] if "files" in errors else []},
        ],
        "send_message": [spec("body", _("留言"), required=True, maxlength=1000, **text)],
        "urge": [spec("note", _("想说的话"), optional_mark=True, maxlength=500, **text)],
        "withdraw": [
            spec("statement", _("撤回的原因"), required=True, maxlength=500, **text),
        ],
        "change_claim": [
            spec("demand", _("现在的要求"), required=True, maxlength=500, **text)
            | {"help": _("写完整：原来的哪些要求不变，哪些改了，哪些放弃。")}
        ],
        "rate": [
            spec(
                "stars",
                _("您满意吗"),
                required=True,
                type="choice",
                display="radio",
                choices=(
                    ("5", _("非常满意")),
                    ("4", _("满意")),
                    ("3", _("一般")),
                    ("2", _("不满意")),
                    ("1", _("非常不满意")),
                ),
            ),
            spec("note", _("您的意见"), optional_mark=True, maxlength=500, **text),
        ],
        "request_recusal": [
            spec("reason", _("申请回避的理由"), required=True, maxlength=500, **text)
            | {"help": _("比如调解人员是商家的近亲属，或者和商家有利害关系。")}
        ],
        "record_consent": [],
    }
    return {"fields": made[action], "key": secrets.token_urlsafe(16), "open": again}


@require_POST
def deed(request: HttpRequest, token: str, action: str) -> HttpResponse:
    """Material, a message, urging, withdrawing, rating: one action of the person's own."""
    number = granted(request, token)
    if number is None:
        return _ended(request)
    now = timezone.now()
    kind = Case.objects.values_list("kind", flat=True).get(pk=number)
    data = {n: request.POST[n] for n in FIELDS[action] if request.POST.get(n)} | FIXED.get(action, {})
    if action == "add_evidence" and request.FILES and "description" not in data:
        # Pictures speak for themselves, and a refusal would cost them.
        data["description"] = _("照片、文件")
    key = request.POST.get("key", "")[:60]
    try:
        limits.allow(limits.DEEDS, address_of(request), at=now)
        act(
            number,
            action,
            data,
            actor=following.actor_of(kind),
            at=now,
            key=f"portal:{key}" if key else None,
            files=uploads(request, "photos") if action == "add_evidence" else (),
        )
    except IntakeError as refused:
        messages.error(request, refused.message)
        return redirect("portal:case", token=token)
    except ActionError as refused:
        return _case(request, token, number, failed=action, refused=refused, status=refused.status)
    messages.success(request, THANKS[action])
    return redirect("portal:case", token=token)


@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, token: str, seq: int) -> HttpResponse:
    """One notice in full. Opening it is a deed of its own, because it proves that the notice arrived."""
    number = granted(request, token)
    if number is None:
        return _ended(request)
    if request.method == "POST":
        if following.open_notice(number, seq, at=timezone.now()) is None:
            return _ended(request)
        return redirect("portal:notice", token=token, seq=seq)
    seen = following.followed(number, at=timezone.now())
    found = next((n for n in seen.notices if n.seq == seq), None)
    if found is None:
        return _ended(request)
    context = {
        "title": found.title,
        "notice": found,
        "token": token,
        "back_url": reverse("portal:case", args=[token]),
        "back_label": _("返回进度"),
    }
    return page(request, "portal/notice.html", context)


@require_POST
def go_on(request: HttpRequest, token: str) -> HttpResponse:
    """From a consultation to the complaint or report as which it goes on."""
    number = granted(request, token)
    if number is None:
        return _ended(request)
    later = following.followed(number, at=timezone.now()).converted
    if later is None or not Case.objects.filter(pk=later).exists():
        messages.info(request, _("新案件正在建立，请稍后再看。"))
        return redirect("portal:case", token=token)
    return redirect("portal:case", token=grant(request, later))


@require_POST
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Closes the page for whoever uses this telephone next."""
    withdraw_grant(request, token)
    messages.success(request, _("已退出，进度页已关闭。"))
    return redirect("portal:home")
