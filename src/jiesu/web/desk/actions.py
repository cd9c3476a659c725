"""Taking an action: a form with just the fields it needs, what would be sent, and what happened meanwhile."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jiesu.cases.act import Acted, act
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.files import Upload
from jiesu.cases.lifecycle import table
from jiesu.cases.offering import Offered, offered
from jiesu.cases.redrafting import former_draft
from jiesu.people.models import Staff
from jiesu.people.visibility import Part
from jiesu.triage.knowledge import Found, search
from jiesu.web.desk import links
from jiesu.web.desk.casefile import CaseFile, read
from jiesu.web.desk.choices import Known
from jiesu.web.desk.doors import DeskRequest, by_htmx, desk
from jiesu.web.desk.forms import all_errors, check_choices, form_fields, known_for, typed
from jiesu.web.desk.frame import going, page, part
from jiesu.web.desk.phrases import phrases_for
from jiesu.web.desk.preview import preview_notices

#: Actions that come with papers; others may bring them too, folded away.
WITH_FILES = frozenset(
    {"add_evidence", "record_session", "record_verification", "agree", "settle", "transfer_to_police"}
)


def offer_of(request: DeskRequest, file: CaseFile, action: str) -> Offered:
    """The action as it is open to the actor now.

    Raises:
        Http404: it is not offered.
    """
    offers = offered(file.case, file.state, request.actor, request.now, participants=file.standing)
    found = next((o for o in offers if o.action == action), None)
    if found is None:
        raise Http404(_("现在不能进行这项操作，案件可能已有变化，请刷新。"))
    return found


def known_of(request: DeskRequest, file: CaseFile, action: str) -> Known:
    """What the form of an action may start with."""
    prefills: dict[str, str] = {}
    row = table(file.case.kind).rows[action]
    wanted = {f.prefill for f in row.fields}
    if "contact_text" in wanted and file.may(Part.CONTENT):
        prefills["contact_text"] = "\n".join(t for t in _opening_texts(file) if t)
    for suggestion in file.children.get("suggestion_rows", []):
        if suggestion["taken"] is not False:
            prefills.update(links.suggested_prefills(suggestion))
    answers: list[Found] = []
    if "knowledge" in wanted and file.may(Part.CONTENT):
        answers = search("\n".join(_opening_texts(file)), on=timezone.localdate(request.now))
        if answers:
            prefills["knowledge"] = answer_words(answers[0])
    return known_for(file.state, actor=request.actor, now=request.now, prefills=prefills, answers=answers)


def answer_words(found: Found) -> str:
    """An entry of the knowledge base as the start of an answer, with its sources."""
    sources = "；".join(f"{s.title}{s.article}" for s in found.entry.sources)
    return f"{found.entry.answer}\n（依据：{sources}）" if sources else found.entry.answer


def _opening_texts(file: CaseFile) -> list[str]:
    texts = file.read_texts()
    return [texts[s] for s in sorted(texts)[:2]]


def uploads_of(request: DeskRequest, purpose: str) -> list[Upload]:
    """Files handed in with a form."""
    found: list[Upload] = []
    for handed in request.FILES.getlist("files"):
        if isinstance(handed, UploadedFile):
            found.append(Upload(name=handed.name or "", content=handed.read(), purpose=purpose))
    return found


def show_form(
    request: DeskRequest,
    file: CaseFile,
    offer: Offered,
    *,
    values: dict[str, Any] | None = None,
    error: ActionError | None = None,
    note: str = "",
) -> HttpResponse:
    """The form of an action, with what was typed and what is wrong."""
    known = known_of(request, file, offer.action)
    fields = form_fields(
        offer.fields, known, offer.action, values=values, errors=error.fields if error else None
    )
    row = table(file.case.kind).rows[offer.action]
    opinion = values.get("note", "") if values else ""
    if offer.propose and not any(f["name"] == "note" for f in fields):
        fields.append({"name": "note", "label": _("拟办意见"), "type": "text", "value": opinion, "errors": [], "rows": 2,
                       "wide": True, "help": _("写给负责人看，不告知当事人")})  # fmt: skip
    context = {
        "file": file,
        "case": file.case,
        "offer": offer,
        "fields": fields,
        "problems": all_errors(error, fields) if error else [],
        "error": error,
        "changed": changed_words(file, error) if error and error.code == Code.CASE_CHANGED else "",
        "tells": list(row.tells),
        "help": row.help,
        "action_url": reverse("desk:act", args=[str(file.case.pk), offer.action]),
        "preview_url": reverse("desk:preview", args=[str(file.case.pk), offer.action]),
        "version": file.case.version,
        "key": uuid.uuid4().hex,
        "with_files": offer.action in WITH_FILES,
        "phrases": phrases_for(offer.action),
        "answers": [(f.entry.question, answer_words(f)) for f in known.answers],
        "note": note,
        "title": offer.label,
    }
    status = error.status if error else 200
    if by_htmx(request):
        return part(request, "desk/parts/action_dialog.html", context, status=status)
    return page(request, "desk/action.html", context, current="desk:queue", status=status)


def changed_words(file: CaseFile, error: ActionError) -> str:
    """Who changed the case while the form was open, and what they did."""
    row = table(file.case.kind).rows.get(str(error.data.get("event")))
    by = error.data.get("by")
    name = Staff.objects.filter(pk=by).values_list("name", flat=True).first() if by else _("系统或者当事人")
    return _("%(who)s 刚刚进行了“%(what)s”") % {
        "who": name,
        "what": row.label if row else error.data.get("event", ""),
    }


@desk()
@require_http_methods(["GET", "POST"])
def take(request: DeskRequest, number: int, action: str) -> HttpResponse:
    """The form of an action, and its posting."""
    file = read(number, actor=request.actor)
    if request.method == "GET":
        offer = offer_of(request, file, action)
        return show_form(request, file, offer, values=_sent_back(request, file, action))
    row = table(file.case.kind).rows.get(action)
    if row is None:
        raise Http404
    raw = typed(request.POST, row.fields)
    try:
        offer = _still_offered(request, file, action)
        check_choices(row.fields, known_of(request, file, action), action, raw)
        done = _take(request, file, offer, raw)
    except ActionError as error:
        if error.code == Code.CASE_NOT_FOUND:
            raise
        return _again(request, number, action, raw, error)
    links.complete(done, now=request.now)
    messages.success(request, done_words(offer, done))
    return going(request, _where_next(request, number, done, action))


def _sent_back(request: DeskRequest, file: CaseFile, action: str) -> dict[str, Any] | None:
    """What the last draft of this decision said, if it was sent back: nobody types it twice."""
    if not table(file.case.kind).rows[action].approval:
        return None
    data = former_draft(file.state, action, timezone.localdate(request.now))
    return {name: _as_typed(file, value) for name, value in data.items()} or None


def _as_typed(file: CaseFile, value: Any) -> Any:
    if isinstance(value, bool):
        return "1" if value else "0"
    return file.text(value) if isinstance(value, dict) else value


def _still_offered(request: DeskRequest, file: CaseFile, action: str) -> Offered:
    """The action on offer; where it no longer is, the door itself says why."""
    offers = offered(file.case, file.state, request.actor, request.now, participants=file.standing)
    found = next((o for o in offers if o.action == action), None)
    if found is not None:
        return found
    row = table(file.case.kind).rows[action]
    return Offered(row.action, str(row.label), row.fields, row.group, "", False, ())


def _take(request: DeskRequest, file: CaseFile, offer: Offered, raw: dict[str, Any]) -> Acted:
    data = {"action": offer.action, "note": request.POST.get("note", ""), **raw} if offer.propose else raw
    version = request.POST.get("version", "")
    return act(
        file.case.pk,
        "propose" if offer.propose else offer.action,
        data,
        actor=request.actor,
        at=request.now,
        version=int(version) if version.isdigit() else None,
        key=request.POST.get("key") or None,
        files=uploads_of(request, offer.action),
    )


def _again(
    request: DeskRequest, number: int, action: str, raw: dict[str, Any], error: ActionError
) -> HttpResponse:
    """The form once more with everything typed; on a changed case with its newest version."""
    file = read(number, actor=request.actor)
    offers = offered(file.case, file.state, request.actor, request.now, participants=file.standing)
    offer = next((o for o in offers if o.action == action), None)
    if offer is None:
        row = table(file.case.kind).rows[action]
        offer = Offered(action, str(row.label), row.fields, row.group, "", False, ())
    return show_form(request, file, offer, values={"note": request.POST.get("note", ""), **raw}, error=error)


def done_words(offer: Offered, done: Acted) -> str:
    """What the person reads after acting."""
    words = _("已提交拟办：%(what)s") if offer.propose else _("已完成：%(what)s")
    text = words % {"what": offer.label}
    if done.messages:
        text += _("，生成告知 %(n)d 件") % {"n": len(done.messages)}
    if done.created:
        text += _("，另立 %(n)d 件") % {"n": len(done.created)}
    return text


def _where_next(request: DeskRequest, number: int, done: Acted, action: str) -> str:
    """Back to the case, if it is still theirs to see; else to the queue."""
    try:
        read(number, actor=request.actor, children=False)
    except ActionError:
        return reverse("desk:queue")
    return reverse("desk:case", args=[str(number)])


@desk()
@require_POST
def preview(request: DeskRequest, number: int, action: str) -> HttpResponse:
    """The notices that the form would send, in words; nothing is stored."""
    file = read(number, actor=request.actor)
    offer = offer_of(request, file, action)
    raw = typed(request.POST, offer.fields)
    try:
        check_choices(offer.fields, known_of(request, file, action), action, raw)
        notices = preview_notices(file.case.pk, action, raw, actor=request.actor, at=request.now)
    except ActionError as error:
        names = {f.name: str(f.label) for f in offer.fields}
        problems = [f"{names.get(n, n)}：{m}" for n, m in error.fields.items()] or [error.message]
        return part(request, "desk/parts/preview.html", {"problems": problems})
    return part(request, "desk/parts/preview.html", {"notices": notices})
