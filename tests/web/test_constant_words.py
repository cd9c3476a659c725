"""Words that stand in a template are written in once for each language, and never in the wrong one."""

from __future__ import annotations

import pytest
from django.template import engines
from django.template.base import TextNode
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.translation import gettext, override

LOAD = "{% load static i18n jiesu %}"


def rendered(text: str, **context: object) -> str:
    return engines["django"].from_string(LOAD + text).render(context)


@pytest.mark.parametrize("language", ["zh-hans", "en", None])
def test_a_text_reads_in_the_language_of_the_template(language: str | None) -> None:
    with override(language):
        assert rendered("{% translate '翻页' %}") == gettext("翻页")


def test_a_template_is_there_once_for_each_language() -> None:
    with override("zh-hans"):
        chinese = get_template("components/pager.html")
    with override("en"):
        english = get_template("components/pager.html").render({})
    assert "Next" in english
    assert "下一页" in chinese.render({})
    with override("zh-hans"):
        assert get_template("components/pager.html").template is chinese.template


@pytest.mark.django_db  # whose preparation collects the files
def test_a_constant_is_text_and_what_depends_on_the_page_is_not() -> None:
    template = engines["django"].from_string(LOAD + "{% translate '翻页' %}{% static 'jiesu.css' %}").template
    assert all(isinstance(node, TextNode) for node in template.nodelist[3:])
    with override("en"):
        assert rendered("{% translate word %}", word="翻页") == gettext("翻页")
        assert rendered("{% translate '翻页' as word %}[{{ word }}]") == f"[{gettext('翻页')}]"
        assert rendered("{% translate '翻页'|upper %}") == gettext("翻页").upper()
    assert rendered("{% static name %}", name="jiesu.css") == static("jiesu.css")
    assert rendered("{% static 'jiesu.css' %}") == static("jiesu.css")


def test_what_a_catalogue_says_is_not_taken_for_markup() -> None:
    assert rendered("{% translate '100%' %}") == "100%"
