"""What stands around every page of the portal, and what a visitor's session knows."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from jiesu.cases import keys
from jiesu.cases.files import MOST_BYTES, Upload, refuse

MOST_REMEMBERED = 6


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page of the portal. What a person has typed or may see is never kept by browsers or proxies on the way."""
    links = (
        ("portal:guide", _("怎么投诉")),
        ("portal:privacy", _("隐私说明")),
        ("portal:accessibility", _("无障碍说明")),
    )
    shared = {
        "home_url": reverse("portal:home"),
        "footer_links": [{"url": reverse(name), "label": label} for name, label in links],
    }
    answer = render(request, template, {**shared, **(context or {})}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def address_of(request: HttpRequest) -> str:
    """The client's address, for limits only; it is never stored as such."""
    return str(request.META.get("REMOTE_ADDR", ""))


def portal_url(request: HttpRequest) -> str:
    """The address under which the public finds the portal: for QR codes."""
    home = reverse("portal:home")
    return (
        f"{settings.JIESU.public_url}{home}"
        if settings.JIESU.public_url
        else request.build_absolute_uri(home)
    )


def uploads(request: HttpRequest, name: str) -> list[Upload]:
    """Files as they were sent; one that is far too large is not even read.

    Raises:
        ActionError: ``file_refused``.
    """
    return [one_upload(file) for file in request.FILES.getlist(name)]


def one_upload(file: UploadedFile[Any]) -> Upload:
    """One sent file. Raises ActionError ``file_refused`` before reading what is far too large."""
    if (file.size or 0) > MOST_BYTES:
        raise refuse(
            _("文件“%(name)s”超过 20 MB，请压缩或者分开上传。") % {"name": file.name}, str(file.name)
        )
    return Upload(name=file.name or "", content=file.read())


def grant(request: HttpRequest, number: int) -> str:
    """Lets this session see one case; gives the token that stands for it in addresses."""
    known: dict[str, str] = request.session.get("follow", {})
    for token, case in known.items():
        if case == str(number):
            return token
    token = secrets.token_urlsafe(8)
    kept = list(known.items())[-MOST_REMEMBERED + 1 :]
    request.session["follow"] = dict([*kept, (token, str(number))])
    return token


def granted(request: HttpRequest, token: str) -> int | None:
    """The case behind a token of this session; None where the session has ended or never had it."""
    number = request.session.get("follow", {}).get(token)
    return int(number) if number else None


def withdraw_grant(request: HttpRequest, token: str) -> None:
    """Ends what the session may see: a shared telephone or counter machine goes to the next person."""
    known = dict(request.session.get("follow", {}))
    known.pop(token, None)
    request.session["follow"] = known
    request.session.pop("done", None)


def remember_done(request: HttpRequest, cases: list[dict[str, str]]) -> str:
    """Keeps the answer to a contact for this session, with its query codes sealed; gives its token."""
    token = secrets.token_urlsafe(8)
    sealed = [{**c, "code": keys.wrap(c["code"].encode()).hex()} for c in cases]
    request.session["done"] = {"token": token, "cases": sealed, "at": timezone.now().isoformat()}
    return token


def done(request: HttpRequest, token: str) -> dict[str, Any] | None:
    """The answer kept under a token, with its codes in plain; None where this session has none."""
    kept = request.session.get("done")
    if not kept or not secrets.compare_digest(str(kept["token"]), token):
        return None
    try:
        cases = [{**c, "code": keys.unwrap(bytes.fromhex(c["code"])).decode()} for c in kept["cases"]]
    except KeyError:
        # The key that sealed them has been retired meanwhile.
        return None
    return {"cases": cases, "at": kept["at"]}
