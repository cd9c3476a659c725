"""The steps of a supervision notice in words, as entries of a timeline."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from jiesu.insight.hotspots.keeping import day_of
from jiesu.insight.hotspots.models import NoticeAddress, NoticeDeed, NoticeStep
from jiesu.web.templatetags.presentation import day_words

_MARKS = {
    NoticeDeed.ANSWER: ("message", "doing"),
    NoticeDeed.ACCEPT: ("circle-check", "good"),
    NoticeDeed.SEND_BACK: ("arrow-back-up", "attention"),
    NoticeDeed.REMIND: ("bell-ringing", "attention"),
    NoticeDeed.WITHDRAW: ("circle-x", "done"),
}


def entry(step: NoticeStep, address: NoticeAddress) -> dict[str, Any]:
    """One step: what, when, who, with which words."""
    icon, tone = _MARKS[NoticeDeed(step.deed)]
    late = step.deed == NoticeDeed.ANSWER and day_of(step.at) > step.day
    title = str(NoticeDeed(step.deed).label)
    if step.staff is None:
        title = _("答复期限已过，系统自动催办")
    elif step.deed == NoticeDeed.SEND_BACK:
        title = _("退回补充，请在 %(day)s 前重新答复") % {"day": day_words(step.day)}
    return {
        "at": step.at,
        "title": title,
        "text": step.words,
        "who": _who(step, address),
        "icon": icon,
        "tone": tone,
        "badge": _("逾期") if late else "",
    }


def _who(step: NoticeStep, address: NoticeAddress) -> str:
    if step.staff is None:
        return ""
    bureau = address.organisation if step.deed == NoticeDeed.ANSWER else address.notice.organisation
    return f"{step.staff.name} · {bureau.short_name}"
