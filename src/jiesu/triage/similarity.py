"""How alike two texts are, from small sketches: what is stored never holds the text and cannot be read back without the
key that salts it. One-permutation minhash over character bigrams."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Sequence

#: Numbers in a sketch; the share of equal ones estimates the Jaccard similarity of the bigrams.
SIZE = 64
#: Bands for look-up: texts that share a band of four are candidates. At a similarity of 0.7 nearly all share one.
ROWS = 4
BANDS = SIZE // ROWS
_EMPTY = 0xFFFFFFFF
_NOISE = re.compile(r"[^\u3400-\u9fffA-Za-z]+")
_PACK = struct.Struct(f">{SIZE}I")


def bigrams(text: str) -> frozenset[str]:
    """Character bigrams without digits, spaces and punctuation: dates, sums and telephones say nothing of the matter.

    >>> sorted(bigrams("退款，3次"))
    ['款次', '退款']
    """
    plain = _NOISE.sub("", text).lower()
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))


def sketch(text: str, *, key: bytes = b"") -> list[int]:
    """64 numbers below 2**32. ``key`` (at most 64 bytes) salts them; only sketches with one key can be compared.

    >>> len(sketch("在超市买到过期牛奶")), sketch("") == [0xFFFFFFFF] * 64
    (64, True)
    """
    bins = [_EMPTY] * SIZE
    for gram in bigrams(text):
        digest = hashlib.blake2b(gram.encode(), digest_size=8, key=key).digest()
        number = int.from_bytes(digest, "big")
        place, value = number % SIZE, (number >> 8) & 0xFFFFFFFE
        bins[place] = min(bins[place], value)
    return _densified(bins)


def similarity(a: Sequence[int], b: Sequence[int]) -> float:
    """Estimated Jaccard similarity of two sketches, 0 to 1; 0 if either text was empty.

    >>> one = sketch("在步步高超市买到过期牛奶要求退款赔偿")
    >>> similarity(one, one), similarity(one, sketch("电梯故障困人物业不管")) < 0.2
    (1.0, True)
    """
    if len(a) != SIZE or len(b) != SIZE or a[0] == _EMPTY or b[0] == _EMPTY:
        return 0.0
    return sum(x == y for x, y in zip(a, b, strict=True)) / SIZE


def bands(values: Sequence[int]) -> list[int]:
    """16 signed 32-bit numbers for an index: near-duplicates share at least one with high probability."""
    if not values or values[0] == _EMPTY:
        return []
    found = []
    for band in range(BANDS):
        part = struct.pack(f">B{ROWS}I", band, *values[band * ROWS : (band + 1) * ROWS])
        found.append(int.from_bytes(hashlib.blake2b(part, digest_size=4).digest(), "big", signed=True))
    return found


def pack(values: Sequence[int]) -> bytes:
    """A sketch as 256 bytes."""
    return _PACK.pack(*values)


def unpack(stored: bytes | memoryview) -> list[int]:
    """A sketch from its bytes."""
    return list(_PACK.unpack(bytes(stored)))


def _densified(bins: list[int]) -> list[int]:
    """Empty places take the next filled one's number, changed by the distance, so that short texts compare fairly."""
    if all(value == _EMPTY for value in bins):
        return bins
    dense = list(bins)
    for place in range(SIZE):
        distance = 0
        while bins[(place + distance) % SIZE] == _EMPTY:
            distance += 1
        dense[place] = (bins[(place + distance) % SIZE] + distance * 0x9E3779B1) % _EMPTY
    return dense
