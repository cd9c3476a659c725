"""Keys and ciphers: one data key per case, wrapped by a ring that lies outside the database.

SM4-GCM encrypts, HMAC-SM3 indexes and chains. The ring is one file under ``JIESU_HOME/keys`` (0600). Rotation adds
a wrapping key and re-wraps the data keys; nothing else is rewritten.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

KEY_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16
_SM3 = hashes.SM3()


@dataclass(frozen=True)
class Ring:
    """The installation's keys: wrapping keys by id, the look-up key and the audit key."""

    current: int
    wrapping: dict[int, bytes]
    index: bytes
    audit: bytes


# A case's key seals some things one after another, the ring's the key of every case.
@lru_cache(maxsize=8)
def _sm4(key: bytes) -> algorithms.SM4:
    return algorithms.SM4(key)


def _seal(key: bytes, plain: bytes) -> bytes:
    nonce = _random(NONCE_BYTES)
    encryptor = Cipher(_sm4(key), modes.GCM(nonce)).encryptor()
    body = encryptor.update(plain)
    # Gives nothing more: this mode has no padding.
    encryptor.finalize()
    return b"".join((nonce, body, encryptor.tag))


def _unseal(key: bytes, sealed: bytes) -> bytes:
    nonce, body, tag = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:-TAG_BYTES], sealed[-TAG_BYTES:]
    decryptor = Cipher(_sm4(key), modes.GCM(nonce, tag)).decryptor()
    return decryptor.update(body) + decryptor.finalize()


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """HMAC-SM3 of a message, 32 bytes."""
    mac = hmac.HMAC(key, _SM3)
    mac.update(message)
    return mac.finalize()


def keyed_sm3(key: bytes, message: bytes) -> bytes:
    """As ``hmac_sm3``, for a key that serves all cases: what depends on the key alone, half of the work, is done once."""
    mac = _keyed(key).copy()
    mac.update(message)
    return mac.finalize()


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.HMAC(key, _SM3)


def ring_path() -> Path:
    return Path(settings.JIESU.home) / "keys" / "ring.json"


def write_ring(path: Path, data: dict[str, object]) -> None:
    """Writes the ring whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(data, file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def new_ring() -> dict[str, object]:
    """Fresh keys for an installation's first start."""
    return {
        "current": 1,
        "wrapping": {"1": secrets.token_hex(KEY_BYTES)},
        "index": secrets.token_hex(32),
        "audit": secrets.token_hex(32),
    }


def ensure_ring() -> Path:
    """Creates the key ring where there is none. Two first starts at once end with one ring."""
    path = ring_path()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".first.{secrets.token_hex(4)}")
        write_ring(draft, new_ring())
        # Another first start was faster: its ring is the one.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path


@lru_cache(maxsize=4)
def _load(path: str, stamp: int) -> Ring:
    data = json.loads(Path(path).read_text())
    return Ring(
        current=int(data["current"]),
        wrapping={int(k): bytes.fromhex(v) for k, v in data["wrapping"].items()},
        index=bytes.fromhex(data["index"]),
        audit=bytes.fromhex(data["audit"]),
    )


def ring() -> Ring:
    """The key ring; re-read when its file changes."""
    if _kept.ring is not None:
        return _kept.ring
    # Asked for ten times in a case: one look at the file, no path arithmetic.
    path = _known_path(settings.JIESU.home)
    try:
        stamp = os.stat(path).st_mtime_ns  # noqa: PTH116
    except FileNotFoundError:
        stamp = ensure_ring().stat().st_mtime_ns
    return _load(path, stamp)


class _Kept(threading.local):
    """What a thread keeps for the time of a batch: the ring, and random bytes that nobody has used yet."""

    ring: Ring | None = None
    random: BytesIO | None = None


_kept = _Kept()
#: Random bytes that a batch asks the system for at once.
_BLOCK = 16 * 1024


@contextmanager
def batch() -> Iterator[None]:
    """Within it this thread looks at the ring's file once, and asks the system for random bytes in blocks.

    What is left of a block is thrown away at the end, so that no process that is forked later has it too.
    """
    before = _kept.ring, _kept.random
    _kept.ring, _kept.random = ring(), BytesIO()
    try:
        yield
    finally:
        _kept.ring, _kept.random = before


def _random(count: int) -> bytes:
    """Random bytes, never given twice."""
    block = _kept.random
    if block is None:
        return os.urandom(count)
    found = block.read(count)
    if len(found) < count:
        _kept.random = block = BytesIO(os.urandom(_BLOCK))
        found = block.read(count)
    return found


@lru_cache(maxsize=4)
def _known_path(home: object) -> str:
    return str(ring_path())


def new_data_key() -> bytes:
    return _random(KEY_BYTES)


def wrap(data_key: bytes) -> bytes:
    """A data key sealed under the ring's current wrapping key; first byte names that key."""
    keys = ring()
    return bytes([keys.current]) + _seal(keys.wrapping[keys.current], data_key)


class KeyErased(LookupError):
    """The data key was deleted with the personal data; nothing sealed under it can be read again."""


#: What a binary column gives.
Binary = bytes | memoryview | None


def unwrap(wrapped: Binary) -> bytes:
    """The data key.

    Raises:
        KeyErased: the key was deleted.
        KeyError: the ring no longer holds the wrapping key.
    """
    if wrapped is None:
        raise KeyErased
    plain = bytes(wrapped)
    return _unseal(ring().wrapping[plain[0]], plain[1:])


def encrypt(data_key: bytes, text: str) -> bytes:
    return _seal(data_key, text.encode())


def decrypt(data_key: bytes, sealed: Binary) -> str:
    """The text; empty where nothing was stored."""
    return _unseal(data_key, bytes(sealed)).decode() if sealed is not None else ""


def encrypt_bytes(data_key: bytes, content: bytes) -> bytes:
    return _seal(data_key, content)


def decrypt_bytes(data_key: bytes, sealed: bytes) -> bytes:
    return _unseal(data_key, sealed)


def lookup(field: str, value: str) -> bytes:
    """Index of an exact value (phone, identity number, query code): equal values, equal index, nothing to read back."""
    return keyed_sm3(ring().index, f"{field}\x00{value}".encode())


def salted_digest(data_key: bytes, seq: int, text: str) -> str:
    """Digest of a free text for the event that refers to it; the salt dies with the data key."""
    salt = hmac_sm3(data_key, seq.to_bytes(8, "big"))
    return hmac_sm3(salt, text.encode()).hex()
