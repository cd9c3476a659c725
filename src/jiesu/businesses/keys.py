"""The form in which names and addresses are compared."""

import re
import unicodedata

from jiesu.places.addresses import clean

_NOT_A_LETTER = re.compile(r"[\W_]+")


def name_key(name: str) -> str:
    """A name without spaces, brackets and punctuation, in normal width and small letters.

    >>> name_key("益阳市（资阳区）　好又多 超市") == name_key("益阳市(资阳区)好又多超市")
    True
    """
    return _NOT_A_LETTER.sub("", unicodedata.normalize("NFKC", name)).lower()[:200]


def address_key(address: str) -> str:
    """An address without spaces and punctuation, in normal width and small letters.

    >>> address_key("五一西路 12号")
    '五一西路12号'
    """
    return clean(address).lower()[:300]
