"""Chinese is the source; English is complete, compiled and really shown."""

from __future__ import annotations

import gettext
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, override

from jiesu.cases.models import Case, Event, Message
from jiesu.web.api.app import document
from jiesu.web.portal.answers import Answers
from tests.web.desk.conftest import Office

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "src" / "jiesu" / "locale" / "en" / "LC_MESSAGES"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: English in which Chinese stands on purpose: column heads of a table, and a language's own name.
QUOTING = re.compile(r"“[^”]*”|简体中文")


def tool(option: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "catalogues.py"), option], capture_output=True, text=True
    )


def messages() -> list[Entry]:
    with (FOLDER / "django.po").open("rb") as file:
        return [message for message in read_po(file, locale="en") if message.id]


def test_every_string_has_english_and_the_files_are_current() -> None:
    done = tool("--check")
    assert done.returncode == 0, done.stdout


def test_nothing_that_a_reader_sees_is_left_unmarked() -> None:
    done = tool("--unmarked")
    assert done.returncode == 0, done.stdout


def test_english_holds_no_chinese() -> None:
    for message in messages():
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert not any(CHINESE.search(QUOTING.sub("", form)) for form in forms), message.id


def test_every_plural_has_both_forms_in_the_compiled_file() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    plurals = [m for m in messages() if isinstance(m.id, tuple)]
    assert plurals
    for message in plurals:
        one, many = (compiled.ngettext(*message.id, number) for number in (1, 2))
        assert (one, many) == message.string
        names = set(re.findall(r"%\((\w+)\)", message.id[0]))
        assert one % dict.fromkeys(names, 1), message.id
        assert many % dict.fromkeys(names, 2), message.id


def test_plurals_follow_the_number() -> None:
    with override("en"):
        said = [ngettext("%(n)d个工作日", "%(n)d个工作日", n) % {"n": n} for n in (1, 7)]
    assert said == ["1 working day", "7 working days"]


@pytest.mark.django_db
def test_the_switch_keeps_the_page_and_changes_its_language(client: Client) -> None:
    home = reverse("portal:home")
    assert "您要办什么" in client.get(home).content.decode()

    answer = client.post(reverse("set_language"), {"language": "en", "next": home})

    assert answer.headers["Location"] == home
    page = client.get(home).content.decode()
    assert '<html lang="en"' in page
    assert not CHINESE.search(re.sub(r"<button[^>]*>中文</button>", "", page))


@pytest.mark.django_db
def test_the_switch_leads_to_no_other_site(client: Client) -> None:
    answer = client.post(reverse("set_language"), {"language": "en", "next": "https://example.org/"})
    assert "example.org" not in answer.headers.get("Location", "")


def test_one_readers_language_does_not_stick_to_the_interface_documentation() -> None:
    before = get_language()
    with override("en"):
        english = document()
    with override(settings.LANGUAGE_CODE):
        chinese = document()
    path = next(iter(chinese["paths"]))
    method = next(iter(chinese["paths"][path]))
    assert CHINESE.search(chinese["paths"][path][method]["summary"])
    assert not CHINESE.search(english["paths"][path][method]["summary"])
    assert get_language() == before


def test_what_goes_into_the_file_is_in_the_language_of_the_authority() -> None:
    with override("en"):
        assert Answers("complaint", {"wish": ("refund",)}).demand == "退款"


@pytest.mark.django_db
def test_what_a_reader_of_english_does_is_recorded_and_told_in_chinese() -> None:
    office = Office(timezone.now() - timedelta(hours=1))
    with override("en"):
        number = office.accepted()
        office.act(number, "handler", "ask_consent")

    phrases = [str(m.string) for m in messages() if isinstance(m.string, str) and m.string.count(" ") > 1]
    told = list(Message.objects.filter(case_id=number).values_list("subject", "short"))
    kept = [*Event.objects.filter(case_id=number).values_list("data", flat=True), *told]
    kept.append(Case.objects.values_list("title", "facts").get(pk=number))
    assert told
    assert all(CHINESE.search(subject) for subject, _short in told)
    assert [phrase for phrase in phrases if phrase in str(kept)] == []
