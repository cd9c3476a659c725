"""Rights cross every page: what another bureau handles is in no page, list, count, search, export or file."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from python_calamine import CalamineWorkbook

from jiesu.cases.models import File
from jiesu.people.models import AccessLog
from tests.web.desk.conftest import NAME, PHONE, SECRET, Office

SignIn = Callable[[str], Client]


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


def sheet(client: Client, query: str = "") -> list[list[object]]:
    answer = client.get(reverse("desk:export") + query)
    assert answer.status_code == 200
    return CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()


def test_a_case_of_ziyang_does_not_exist_for_heshan(office: Office, sign_in: SignIn) -> None:
    number = office.accepted()
    handler, stranger = sign_in("handler"), sign_in("handler.heshan")
    handler.post(
        reverse("desk:act", args=[number, "add_evidence"]),
        {"description": "小票照片", "files": SimpleUploadedFile("小票.png", picture(), "image/png")},
    )
    paper = File.objects.get(case_id=number)
    case = office.case(number)
    clock = case.next_seq  # none such; a stranger learns not even that
    party = case.facts["parties"][0]["seq"]
    notice = int(next(iter(case.facts["notices"])))
    pages = [
        reverse("desk:case", args=[number]),
        reverse("desk:act", args=[number, "accept"]),
        reverse("desk:act", args=[number, "add_evidence"]),
        reverse("desk:clock", args=[number, clock]),
        reverse("desk:message", args=[number, notice]),
        reverse("desk:respondent", args=[number]),
        reverse("desk:file", args=[number, paper.seq]),
    ]
    for url in pages:
        assert stranger.get(url).status_code == 404, url
    for url in (
        reverse("desk:reveal", args=[number, party]),
        reverse("desk:act", args=[number, "add_evidence"]),
        reverse("desk:preview", args=[number, "accept"]),
        reverse("desk:suggestion", args=[number, 1]),
    ):
        assert stranger.post(url, {"description": "x"}).status_code == 404, url
    assert handler.get(reverse("desk:file", args=[number, paper.seq])).status_code == 200
    for scope in ("mine", "office", "bureau", "assisting", "below"):
        assert str(number) not in stranger.get(reverse("desk:queue"), {"scope": scope}).content.decode()
    assert len(sheet(stranger)) == 1
    for text in (str(number), "过期牛奶", PHONE):
        answer = stranger.get(reverse("desk:search"), {"q": text})
        assert answer.status_code == 200
        assert f"/desk/cases/{number}/" not in answer.content.decode()
    platform = stranger.post(
        reverse("desk:platform"), {"case": number, "national_number": "N1", "status": "entered"}
    )
    assert platform.status_code == 422
    assert str(number) not in stranger.get(reverse("desk:platform")).content.decode()


def test_the_head_of_heshan_approves_nothing_of_ziyang(office: Office, sign_in: SignIn) -> None:
    number = office.assigned()
    office.act(
        number, "handler", "propose", action="refuse", ground="121.16.2", reasons="已由消委会受理", earlier="消委会 12 号",
        violation="0",
    )  # fmt: skip
    seq = int(next(iter(office.case(number).facts["proposals"])))
    stranger = sign_in("head.heshan")
    assert str(number) not in stranger.get(reverse("desk:approvals")).content.decode()
    url = reverse("desk:proposal", args=[number, seq])
    assert stranger.get(url).status_code == 404
    assert stranger.post(url, {"decision": "approve"}).status_code == 404
    assert sign_in("handler").get(url).status_code == 403
    assert str(number) in sign_in("head").get(reverse("desk:approvals")).content.decode()


REPORT_READERS = {
    "handler": True,
    "head": True,
    "handler.second": False,
    "mediator": False,
    "council": False,
    "supervisor": False,
    "calltaker": False,
    "handler.heshan": False,
}


@pytest.mark.parametrize("username", REPORT_READERS)
def test_what_a_report_says_is_read_by_its_handlers_alone(
    username: str, office: Office, sign_in: SignIn
) -> None:
    number = office.assigned(kind="report")
    client = sign_in(username)
    page = client.get(reverse("desk:case", args=[number])).content.decode()
    listed = "".join(
        client.get(reverse("desk:queue"), {"scope": s}).content.decode()
        for s in ("mine", "office", "bureau", "below", "centre", "assisting", "commissioned")
    )
    found = client.get(reverse("desk:search"), {"q": "仓库后门"}).content.decode()
    told = SECRET in page or SECRET in listed or "改日期" in page + listed
    assert told == REPORT_READERS[username]
    assert (f"/desk/cases/{number}/" in found) == REPORT_READERS[username]
    assert "赵铁柱" not in page + listed + found
    assert (
        f"/desk/cases/{number}/"
        not in client.get(reverse("desk:search"), {"q": "13900001111"}).content.decode()
    )


def test_who_brought_it_is_masked_until_somebody_is_on_record_for_looking(
    office: Office, sign_in: SignIn
) -> None:
    number = office.assigned()
    client = sign_in("handler")
    page = client.get(reverse("desk:case", args=[number])).content.decode()
    assert NAME not in page
    assert PHONE not in page
    party = next(p["seq"] for p in office.case(number).facts["parties"] if p["role"] == "complainant")
    assert client.get(reverse("desk:reveal", args=[number, party])).status_code == 405
    shown = client.post(reverse("desk:reveal", args=[number, party])).content.decode()
    assert NAME in shown
    assert PHONE in shown
    row = AccessLog.objects.get(act="reveal", case_id=number)
    assert row.staff.username == "handler"
    assert NAME not in str(row.detail)
    # The supervisor reads the case, but not who brought it.
    assert sign_in("supervisor").post(reverse("desk:reveal", args=[number, party])).status_code == 404


def test_the_informant_is_revealed_to_the_handler_and_not_to_the_dispatcher(
    office: Office, sign_in: SignIn
) -> None:
    number = office.assigned(kind="report")
    party = next(p["seq"] for p in office.case(number).facts["parties"] if p["role"] == "informant")
    url = reverse("desk:reveal", args=[number, party])
    assert "赵铁柱" in sign_in("handler").post(url).content.decode()
    assert sign_in("dispatcher.ziyang").post(url).status_code == 404
    assert AccessLog.objects.filter(act="open_report", case_id=number).count() == 0
    sign_in("handler").get(reverse("desk:case", args=[number]))
    assert AccessLog.objects.filter(act="open_report", case_id=number).count() == 1


def test_the_export_is_masked_inert_and_on_record(office: Office, sign_in: SignIn) -> None:
    number = office.assigned(
        respondent={"name": "=HYPERLINK(1)", "address": "益阳市资阳区大码头街道五一西路20号"}
    )
    rows = sheet(sign_in("handler"), "?scope=mine")
    assert len(rows) == 2
    assert str(rows[1][0]) == str(number)
    assert str(rows[1][4]).startswith("'=")
    assert NAME not in str(rows)
    assert PHONE not in str(rows)
    assert AccessLog.objects.get(act="export").detail["rows"] == 1


def test_the_export_comes_in_the_order_of_the_list_on_the_screen(office: Office, sign_in: SignIn) -> None:
    first, second = office.assigned(), office.assigned()
    for query, expected in (("?scope=mine", [first, second]), ("?scope=mine&closed=1", [second, first])):
        rows = sheet(sign_in("handler"), query)
        assert [str(row[0]) for row in rows[1:]] == [str(number) for number in expected]


def test_files_come_as_what_they_are_and_never_as_a_page(office: Office, sign_in: SignIn) -> None:
    number = office.accepted()
    client = sign_in("handler")
    post = {"description": "照片", "files": SimpleUploadedFile("a.png", picture(), "image/png")}
    client.post(reverse("desk:act", args=[number, "add_evidence"]), post)
    paper = File.objects.get(case_id=number)
    answer = client.get(reverse("desk:file", args=[number, paper.seq]))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "image/png"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert AccessLog.objects.filter(act="download", case_id=number).count() == 1
    evil = SimpleUploadedFile("a.png", b"<html><script>alert(1)</script></html>", "image/png")
    refused = client.post(
        reverse("desk:act", args=[number, "add_evidence"]), {"description": "页面", "files": evil}
    )
    assert refused.status_code == 422
    assert "页面" in refused.content.decode()


def test_the_reply_bundle_is_for_the_legal_section_of_the_bureau(office: Office, sign_in: SignIn) -> None:
    number = office.accepted()
    url = reverse("desk:bundle", args=[number])
    assert sign_in("legal").get(url)["Content-Type"] == "application/zip"
    assert sign_in("head.heshan").get(url).status_code == 404
    assert sign_in("handler").get(url).status_code == 403
