"""Citizens' identity numbers (GB 11643-1999): division, birth date, order, and a check character."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from jiesu.businesses.errors import BusinessError, Code

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
# Only the province is looked at: the county's code is that of the first registration and may be long abolished
# (432301 was 益阳市 until 1994).
_PROVINCES = frozenset(
    {
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
    }
    | {
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
        "91",
    }
)
_FIRST_YEAR = 1880


@dataclass(frozen=True, slots=True)
class ResidentId:
    """An identity number that is right in itself."""

    number: str
    division: str
    born: date

    @property
    def male(self) -> bool:
        """By the parity of the order number."""
        return int(self.number[16]) % 2 == 1


def check_resident_id(text: str, *, today: date) -> ResidentId:
    """The number in its normal form, if it is right in itself; that it belongs to somebody is not known.

    Args:
        text: as written.
        today: nobody is born after it.

    >>> check_resident_id("11010519491231002x", today=date(2026, 1, 1)).born
    datetime.date(1949, 12, 31)

    Raises:
        BusinessError: ``resident_id_…``.
    """
    number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if len(number) == 15 and number.isascii() and number.isdigit():
        raise BusinessError(Code.RESIDENT_ID_FIFTEEN)
    if len(number) != 18:
        raise BusinessError(Code.RESIDENT_ID_LENGTH, length=len(number))
    for position, character in enumerate(number, start=1):
        if character not in ("0123456789X" if position == 18 else "0123456789"):
            raise BusinessError(Code.RESIDENT_ID_CHARACTER, position=position)
    if number[:2] not in _PROVINCES:
        raise BusinessError(Code.RESIDENT_ID_DIVISION, prefix=number[:2])
    born = _birth(number[6:14])
    if born is None or born.year < _FIRST_YEAR or born > today:
        raise BusinessError(Code.RESIDENT_ID_BIRTH, birth=number[6:14])
    if check_character(number[:17]) != number[17]:
        raise BusinessError(Code.RESIDENT_ID_CHECK)
    return ResidentId(number=number, division=number[:6], born=born)


def check_character(first: str) -> str:
    """The 18th character for the first 17.

    >>> check_character("11010519491231002")
    'X'
    """
    total = sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True))
    return _CHECK[total % 11]


def _birth(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
