"""The holiday schedule: which years are published, importing the next one, recounting what rests on it."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiesu.cases.models import Clock
from jiesu.cases.recalculation import stale
from jiesu.people import calendar
from jiesu.people.calendar import import_year
from jiesu.people.errors import PeopleError
from jiesu.people.models import CalendarYear
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page

MOST_BYTES = 256 * 1024


@desk("system_admin")
@require_http_methods(["GET", "POST"])
def holidays(request: DeskRequest) -> HttpResponse:
    """Published years, imports so far, and the form."""
    problem = ""
    if request.method == "POST":
        notice = request.FILES.get("notice")
        if not isinstance(notice, UploadedFile) or (notice.size or 0) > MOST_BYTES:
            problem = _("请选择放假安排文件（holiday-cn 格式的 JSON）。")
        else:
            try:
                done = import_year(notice=notice.read(), actor=request.actor, at=request.now)
            except PeopleError as error:
                problem = str(error)
            else:
                if done.changed:
                    text = _("已导入 %(year)d 年放假安排，一分钟内开始重算以它为基础的期限") % {
                        "year": done.year
                    }
                else:
                    text = _("%(year)d 年的安排与现有的相同，没有变化") % {"year": done.year}
                messages.success(request, text)
                return going(request, reverse("desk:calendar"))
    days = calendar.current()
    this_year = timezone.localdate(request.now).year
    context = {
        "title": _("放假安排"),
        "version": days.version,
        "years": [{"year": y, "published": days.published(y)} for y in range(2019, this_year + 3)],
        "imports": CalendarYear.objects.select_related("imported_by").order_by("-version")[:20],
        "stale": Clock.objects.filter(stale())[:1000].count(),
        "provisional": Clock.objects.filter(state__in=("open", "suspended"), provisional=True)[:1000].count(),
        "problems": [problem] if problem else [],
    }
    return page(
        request, "desk/holidays.html", context, current="desk:calendar", status=422 if problem else 200
    )
