"""Credit codes and identity numbers: real ones pass, every slip is named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesu.businesses import credit_codes, resident_ids
from jiesu.businesses.credit_codes import check_credit_code
from jiesu.businesses.errors import BusinessError, Code
from jiesu.businesses.resident_ids import check_resident_id

TODAY = date(2026, 9, 1)
# The standard's example and codes of companies listed in public.
REAL = [
    "91350100M000100Y43",
    "9144030071526726XG",
    "91330100799655058B",
    "914403001922038216",
    "91110000802100433B",
    "91110108551385082Q",
]


@pytest.mark.parametrize("code", REAL)
def test_real_credit_codes_pass(code: str) -> None:
    assert check_credit_code(code) == code
    assert check_credit_code(f" {code.lower()[:8]} {code.lower()[8:]} ") == code


@pytest.mark.parametrize(
    "first", ["N2430902MF0000000", "Y1430900000000000", "A1100000000000000", "92430902MA4L00000"]
)
def test_rural_military_and_other_bodies_have_codes_too(first: str) -> None:
    code = first + credit_codes.check_character(first)

    assert check_credit_code(code) == code


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("", Code.CREDIT_CODE_LENGTH),
        ("91350100M000100Y4", Code.CREDIT_CODE_LENGTH),
        ("91350100M000100Y433", Code.CREDIT_CODE_LENGTH),
        ("91350100M000100YO3", Code.CREDIT_CODE_CHARACTER),
        ("9135010AM000100Y43", Code.CREDIT_CODE_CHARACTER),
        ("益阳市资阳区好又多超市有限公司有限公司", Code.CREDIT_CODE_LENGTH),
        ("Z1350100M000100Y43", Code.CREDIT_CODE_CHARACTER),
        ("98350100M000100Y43", Code.CREDIT_CODE_PREFIX),
        ("91350100M000100Y34", Code.CREDIT_CODE_CHECK),
        ("91350100M000100Y44", Code.CREDIT_CODE_CHECK),
    ],
)
def test_a_wrong_credit_code_says_what_is_wrong(code: str, error: Code) -> None:
    with pytest.raises(BusinessError) as caught:
        check_credit_code(code)

    assert caught.value.code is error
    assert str(caught.value).startswith("统一社会信用代码")


@given(st.sampled_from(REAL), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_is_always_found(code: str, place: int, character: str) -> None:
    slip = code[:place] + character + code[place + 1 :]

    if slip != code:
        with pytest.raises(BusinessError):
            check_credit_code(slip)


@pytest.mark.parametrize(
    "first", ["43230119650101001", "43230219700228123", "43090219880808456", "43098119991231789"]
)
def test_identity_numbers_of_yiyang_old_and_new_pass(first: str) -> None:
    number = first + resident_ids.check_character(first)

    found = check_resident_id(number, today=TODAY)

    assert (found.number, found.division) == (number, first[:6])
    assert found.male is (int(first[16]) % 2 == 1)


def test_the_standards_examples_pass() -> None:
    assert check_resident_id("11010519491231002X", today=TODAY).born == date(1949, 12, 31)
    assert check_resident_id("440524188001010014", today=TODAY).born == date(1880, 1, 1)


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("", Code.RESIDENT_ID_LENGTH),
        ("432301650101001", Code.RESIDENT_ID_FIFTEEN),
        ("1101051949123100２Y", Code.RESIDENT_ID_CHARACTER),
        ("X1010519491231002X", Code.RESIDENT_ID_CHARACTER),
        ("99010519491231002X", Code.RESIDENT_ID_DIVISION),
        ("11010519490231002X", Code.RESIDENT_ID_BIRTH),
        ("11010520991231002X", Code.RESIDENT_ID_BIRTH),
        ("110105194912310021", Code.RESIDENT_ID_CHECK),
    ],
)
def test_a_wrong_identity_number_says_what_is_wrong_without_repeating_it(number: str, error: Code) -> None:
    with pytest.raises(BusinessError) as caught:
        check_resident_id(number, today=TODAY)

    assert caught.value.code is error
    assert len(number) < 15 or number not in str(caught.value)


def test_every_error_has_a_message() -> None:
    data = {"length": 1, "position": 1, "character": "I", "prefix": "99", "birth": "19490231"}

    assert all(str(BusinessError(code, **data)) for code in Code)
