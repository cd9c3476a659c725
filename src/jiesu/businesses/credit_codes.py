"""Unified social credit codes (GB 32100-2015): 18 characters, the last one checks the others."""

import unicodedata

from jiesu.businesses.errors import BusinessError, Code

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
#: Registering department → kinds of body. 91 companies, 92 sole traders, 93 farmers' cooperatives, N rural collectives,
#: A the military, Y all other.
_KINDS: dict[str, str] = {
    "1": "12349",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "1239",
    "A": "19",
    "N": "1239",
    "Y": "1",
}


def check_credit_code(text: str) -> str:
    """The code in its normal form (capital letters, no spaces), if it is right.

    >>> check_credit_code(" 91350100m000100y43 ")
    '91350100M000100Y43'

    Raises:
        BusinessError: ``credit_code_length``, ``credit_code_character``, ``credit_code_prefix``,
            ``credit_code_check``.
    """
    code = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if len(code) != 18:
        raise BusinessError(Code.CREDIT_CODE_LENGTH, length=len(code))
    for position, character in enumerate(code, start=1):
        if character not in _VALUE or (3 <= position <= 8 and character not in "0123456789"):
            raise BusinessError(Code.CREDIT_CODE_CHARACTER, position=position, character=character)
    if code[1] not in _KINDS.get(code[0], ""):
        raise BusinessError(Code.CREDIT_CODE_PREFIX, prefix=code[:2])
    if check_character(code[:17]) != code[17]:
        raise BusinessError(Code.CREDIT_CODE_CHECK)
    return code


def check_character(first: str) -> str:
    """The 18th character for the first 17.

    >>> check_character("91350100M000100Y4")
    '3'
    """
    total = sum(_VALUE[character] * weight for character, weight in zip(first, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]
