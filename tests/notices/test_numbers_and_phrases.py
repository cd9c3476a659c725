"""Document numbers, phrases and what logs may show of an address."""

import re

import pytest

from jiesu import law
from jiesu.notices import (
    Code,
    NoticeError,
    bureau_abbreviation,
    document_number,
    is_numbered,
    phrases,
    situations,
    speaks_of_report,
)
from jiesu.notices.masking import mask_recipient
from jiesu.notices.templates import templates

from .sample import AFTER


def test_a_number_is_written_as_offices_write_it():
    assert document_number("资", "6", 2026, 12) == "资市监投不〔2026〕第12号"
    assert re.fullmatch(
        r"[\u4e00-\u9fff]+市监[\u4e00-\u9fff]+〔2027〕第1号", document_number("湘", "10", 2027, 1)
    )


def test_each_series_of_a_bureau_has_its_own_characters():
    numbered = [form for form in templates() if is_numbered(form)]
    assert len({document_number("资", form, 2026, 1) for form in numbered}) == len(numbered)


def test_every_form_that_the_law_numbers_can_be_numbered():
    for form in law.forms(on=AFTER):
        if form.numbered:
            assert is_numbered(form.key)


@pytest.mark.parametrize(
    ("bureau", "form", "year", "serial"),
    [
        ("资", "consent", 2026, 1),
        ("资", "6", 2026, 0),
        ("资", "6", 26, 1),
        ("", "6", 2026, 1),
        ("{x}", "6", 2026, 1),
    ],
)
def test_a_wrong_number_is_refused(bureau, form, year, serial):
    with pytest.raises(NoticeError) as caught:
        document_number(bureau, form, year, serial)
    assert caught.value.code is Code.BAD_NUMBER


def test_a_bureau_chooses_its_own_short_name():
    assert bureau_abbreviation(division_code="430902", name="") == "资"
    assert bureau_abbreviation(division_code="430902", name="", settings={"430902": "益资"}) == "益资"
    assert bureau_abbreviation(division_code="430103000000", name="天心区市场监管局") == "天心"
    assert bureau_abbreviation(division_code="439999", name="南县市场监督管理局") == "南县"


def test_there_is_something_to_say_in_every_situation_a_handler_meets():
    wanted = {
        "首次联系投诉人",
        "联系被投诉人征求调解意见",
        "通知调解",
        "催促被投诉人",
        "回应催促",
        "请投诉人补充材料",
    }
    assert wanted <= set(situations().values())
    assert sum(len(phrases(s)) for s in situations()) == len(phrases())
    with pytest.raises(NoticeError):
        phrases("no such situation")


def test_nobody_tells_the_business_of_a_report():
    for phrase in phrases():
        if phrase.audience in ("respondent", "both", "complainant"):
            assert not speaks_of_report(phrase.text)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("13800001234", "138****1234"),
        ("wang@example.cn", "w***@example.cn"),
        ("益阳市资阳区五一西路1号", "益***"),
        ("", ""),
    ],
)
def test_logs_show_addresses_masked(address, shown):
    assert mask_recipient(address) == shown
