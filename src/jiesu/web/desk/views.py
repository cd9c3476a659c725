"""Saved views: a person's own lists under names."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import part
from jiesu.web.models import SavedView

#: Parts of an address that a view keeps.
KEPT = frozenset(
    {"scope", "kind", "state", "due", "q", "since", "until", "office", "organisation", "assignee"}
)
MOST = 30


@desk()
@require_http_methods(["GET", "POST"])
def views(request: DeskRequest) -> HttpResponse:
    """The person's views as a menu; a post saves or removes one."""
    mine = SavedView.objects.filter(staff_id=request.staff.pk)
    query = request.META.get("QUERY_STRING", "")
    if request.method == "POST":
        removed = request.POST.get("remove", "")
        name = request.POST.get("name", "").strip()[:40]
        query = urlencode([(k, v) for k, v in parse_qsl(request.POST.get("query", "")) if k in KEPT])
        if removed.isdigit():
            mine.filter(pk=int(removed)).delete()
        elif name and mine.count() < MOST:
            SavedView.objects.update_or_create(
                staff_id=request.staff.pk, name=name, defaults={"query": query[:400]}
            )
    context = {"views": mine.order_by("name"), "queue": reverse("desk:queue"), "query": query}
    return part(request, "desk/parts/views.html", context)
