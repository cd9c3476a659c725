"""A new wrapping key: everything stays readable from the first moment to the last."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps

from jiesu.cases import keys, rotation
from jiesu.cases.models import Case
from jiesu.cases.rotation import Code, RotationError, retire, rotate, status
from jiesu.cases.verify import verify_all
from jiesu.config import cli
from jiesu.config.commands.keys import TABLES
from jiesu.intake.forms import ContactForm, Person
from jiesu.intake.models import Contact
from jiesu.intake.queries import original_text
from jiesu.intake.registering import register
from jiesu.people.actors import Actor
from tests.cases.conftest import Teller, moment

pytestmark = pytest.mark.django_db

AT = moment("2026-11-10T22:00")


@pytest.fixture(autouse=True)
def own_ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ring of its own for each test: others that run meanwhile keep theirs."""
    own = tmp_path / "keys" / "ring.json"
    keys.write_ring(own, json.loads(keys.ensure_ring().read_text()))
    monkeypatch.setattr(keys, "ring_path", lambda: own)
    monkeypatch.setattr(keys, "_known_path", lambda home: str(own))


@pytest.fixture
def contact(who: Callable[[str], Actor]) -> Contact:
    form = ContactForm(kind="consultation", channel="hotline", text="请问", complainant=Person(name="张小明"))
    return register(form=form, actor=who("calltaker"), at=moment("2026-11-02T09:00"), key=None).contact


def used() -> dict[int, int]:
    return {u.number: u.rows for u in status(TABLES)}


def test_every_table_with_wrapped_keys_is_wrapped_anew() -> None:
    with_keys = {m for m in apps.get_models() if any(f.name == "wrapped_key" for f in m._meta.fields)}
    assert set(TABLES) == with_keys


def test_all_data_keys_are_wrapped_anew_and_nothing_else_changes(assigned: Teller, contact: Contact) -> None:
    for _ in range(3):
        assigned()
    old = keys.ring().current
    heads = dict(Case.objects.values_list("pk", "head"))
    assert used() == {old: 5}
    # when the ring gets a new key
    done = rotate(TABLES, at=AT)
    # then every row is under it, cases and contacts, and both keys are in the ring
    assert (done.rewrapped, used()) == (5, {old: 0, done.current: 5})
    assert set(keys.ring().wrapping) == {old, done.current}
    assert dict(Case.objects.values_list("pk", "head")) == heads
    assert verify_all().findings == ()
    contact.refresh_from_db()
    assert original_text(contact) == "请问"


def test_a_rotation_that_was_interrupted_goes_on_with_its_key(
    assigned: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        assigned()
    wrap, calls = keys.wrap, []

    def dies(data_key: bytes) -> bytes:
        calls.append(1)
        if len(calls) > 2:
            raise KeyboardInterrupt
        return wrap(data_key)

    # given a rotation that dies in its second batch
    real = rotation.rewrap
    with monkeypatch.context() as dying:
        dying.setattr(rotation, "rewrap", lambda model, *, current: real(model, current=current, batch=2))
        dying.setattr(keys, "wrap", dies)
        with pytest.raises(KeyboardInterrupt):
            rotate(TABLES, at=AT)
    current = keys.ring().current
    # then rows of both keys can be read meanwhile
    assert sorted(used().values()) == [2, 3]
    assert verify_all().findings == ()
    # and the next run finishes it with the same key
    done = rotate(TABLES, at=AT)
    assert (done.current, done.rewrapped) == (current, 3)
    assert used()[current] == 5


def test_a_case_opened_between_is_under_the_new_key(assigned: Teller) -> None:
    assigned()
    done = rotate(TABLES, at=AT)
    assigned()
    assert used()[done.current] == 2


def test_an_old_key_goes_only_when_nothing_needs_it(assigned: Teller) -> None:
    told = assigned()
    kept = bytes(told.case.wrapped_key or b"")
    old = keys.ring().current
    with pytest.raises(RotationError) as nothing:
        retire(TABLES, at=AT)
    assert nothing.value.code == Code.NOTHING_TO_RETIRE
    rotate(TABLES, at=AT)
    # a transaction begun before may still store the old one
    with pytest.raises(RotationError) as early:
        retire(TABLES, at=AT + timedelta(minutes=59))
    assert early.value.code == Code.TOO_EARLY
    # and did
    fresh = told.case.wrapped_key
    Case.objects.filter(pk=told.number).update(wrapped_key=kept)
    with pytest.raises(RotationError) as needed:
        retire(TABLES, at=AT + timedelta(hours=2))
    assert needed.value.code == Code.STILL_USED
    Case.objects.filter(pk=told.number).update(wrapped_key=fresh)
    assert retire(TABLES, at=AT + timedelta(hours=2)) == (old,)
    assert set(keys.ring().wrapping) == {keys.ring().current}
    assert verify_all().findings == ()


def test_two_rotations_at_once_are_one(assigned: Teller) -> None:
    assigned()
    with rotation._alone(), pytest.raises(RotationError) as refused:
        rotate(TABLES, at=AT)
    assert refused.value.code == Code.RUNNING


def test_ids_go_round_and_the_ring_has_an_end() -> None:
    ring = {"current": 255, "wrapping": {"255": "", "1": ""}}
    assert rotation._next(ring) == 2
    full = {"current": 3, "wrapping": {str(n): "" for n in range(1, 256)}}
    with pytest.raises(RotationError) as refused:
        rotation._next(full)
    assert refused.value.code == Code.RING_FULL


def test_the_command_tells_what_each_key_protects(
    assigned: Teller, capsys: pytest.CaptureFixture[str]
) -> None:
    assigned()
    assert cli.main(["keys", "rotate"]) == 0
    assert "jiesu backup --keys" in capsys.readouterr().out
    assert cli.main(["keys", "status"]) == 0
    assert "current" in capsys.readouterr().out
    assert cli.main(["keys", "retire"]) == 1
    assert "key_too_young" in capsys.readouterr().err
    # a row whose key is in no ring is shown, and is an error
    Case.objects.update(wrapped_key=b"\xf0" + b"0" * 44)
    assert cli.main(["keys", "status"]) == 1
    assert "NOT IN THE RING" in capsys.readouterr().out
