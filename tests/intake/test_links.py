"""Links between cases: the other side is completed once, however often and by however many it is tried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from jiesu.cases.act import act, load
from jiesu.cases.files import Upload
from jiesu.cases.models import Case, Clock, File, Link, Party
from jiesu.cases.verify import verify_case
from jiesu.intake.entering import enter
from jiesu.intake.forms import read
from jiesu.intake.links import complete_links, sweep_links
from jiesu.intake.models import Contact
from jiesu.intake.registering import register
from jiesu.people.actors import Actor, citizen
from jiesu.places.queries import by_key
from tests.intake.given import AT, COMPLAINT, REPORT

pytestmark = pytest.mark.django_db
Staff = Callable[[str], Actor]


def put(body: dict[str, Any], actor: Actor | None = None, **more: Any) -> int:
    """Registers a body; gives the number."""
    done = register(form=read(body), actor=actor or citizen("complainant"), at=AT, key=None, **more)
    return done.cases[0].number


def route(number: int, staff: Staff, *, bureau: str = "430902-bureau") -> None:
    """Routes a case of the Ziyang centre and hands it to the handler there."""
    act(number, "route", {"organisation": by_key(bureau).pk}, actor=staff("dispatcher.ziyang"), at=AT)
    assign = {"staff": staff("handler").staff_id, "office": by_key("430902005-office").pk}
    act(number, "assign", assign, actor=staff("dispatcher.ziyang"), at=AT)


def test_a_later_split_opens_the_report_with_the_contacts_receipt(staff: Staff) -> None:
    number = put(COMPLAINT)
    done = act(
        number, "split", {"kind": "report", "matter": "改日期再卖"}, actor=staff("dispatcher.ziyang"), at=AT
    )

    (other,) = complete_links(number, at=AT + timedelta(hours=1))

    assert done.created == (other,)
    source, report = Case.objects.get(pk=number), Case.objects.get(pk=other)
    assert (report.kind, report.state, report.title) == ("report", "registered", "改日期再卖")
    assert report.received_at == source.received_at
    assert report.registered_at == AT + timedelta(hours=1)
    assert report.contact_id == source.contact_id
    assert Contact.objects.get().cases == [number, other]
    assert not Link.objects.filter(pending=True).exists()
    assert Link.objects.get(case_id=other).other_id == number


def test_the_parties_go_along_with_the_roles_of_the_other_kind(staff: Staff) -> None:
    number = put(COMPLAINT)
    act(number, "split", {"kind": "report", "matter": "改日期"}, actor=staff("dispatcher.ziyang"), at=AT)
    (other,) = complete_links(number, at=AT)

    draft = load(Case.objects.get(pk=other))
    plain = {p.role: draft.plain(p.seq) for p in draft.state.facts.parties}
    assert plain["informant"]["name"] == "王小花"
    assert plain["informant"]["phone"] == "13812345678"
    assert plain["reported"]["name"] == "好又多超市"
    # Sealed anew: one case's key opens nothing of the other.
    first = Party.objects.get(case_id=number, role="complainant")
    assert bytes(first.sealed) != bytes(Party.objects.get(case_id=other, role="informant").sealed)
    assert draft.key != load(Case.objects.get(pk=number)).key


def test_completing_again_changes_nothing(staff: Staff) -> None:
    number = put(COMPLAINT)
    act(number, "split", {"kind": "report", "matter": "改日期"}, actor=staff("dispatcher.ziyang"), at=AT)
    complete_links(number, at=AT)
    before = list(Link.objects.values()), Case.objects.count()

    assert complete_links(number, at=AT) == []
    Link.objects.filter(case_id=number).update(pending=True)  # the last line was lost
    complete_links(number, at=AT)

    assert (list(Link.objects.values()), Case.objects.count()) == before


def test_a_lead_stays_with_the_bureau_and_knows_nobody_but_the_shop(staff: Staff) -> None:
    number = put(COMPLAINT)
    route(number, staff)
    raise_ = {"found": "otherwise", "found_on": "2026-08-31", "matter": "冷柜温度不达标"}
    act(number, "raise_lead", raise_, actor=staff("handler"), at=AT)

    (other,) = complete_links(number, at=AT)

    lead = Case.objects.get(pk=other)
    assert (lead.kind, lead.state, lead.channel) == ("lead", "routed", "internal")
    assert lead.organisation_id == by_key("430902-bureau").pk
    assert lead.contact_id is None
    assert load(lead).state.facts.lead_of == number
    assert {p.role for p in Party.objects.filter(case_id=other)} == {"reported"}
    (clock,) = Clock.objects.filter(case_id=other)
    assert (clock.rule, clock.due_on) == (
        "lead.found_otherwise",
        date(2026, 9, 20),
    )  # a Sunday that is worked


def test_a_consultation_goes_on_as_a_complaint_without_retyping(staff: Staff) -> None:
    body = {**COMPLAINT, "kind": "consultation", "demand": ""}
    done = register(form=read(body), actor=citizen("consumer"), at=AT, key=None)
    number, code = done.cases[0].number, done.cases[0].query_code
    convert = {"kind": "complaint", "matter": COMPLAINT["text"]}
    act(number, "convert", convert, actor=staff("dispatcher.ziyang"), at=AT)

    (other,) = complete_links(number, at=AT)

    complaint = Case.objects.get(pk=other)
    assert (complaint.kind, complaint.state) == ("complaint", "registered")
    draft = load(complaint)
    assert [p.role for p in draft.state.facts.parties] == ["complainant", "respondent"]
    # The same person follows it with the code of the consultation.
    assert enter(str(other), code, at=AT).pk == other


def test_a_split_report_is_not_opened_by_the_complaints_code(staff: Staff) -> None:
    done = register(form=read(COMPLAINT), actor=citizen("complainant"), at=AT, key=None)
    number, code = done.cases[0].number, done.cases[0].query_code
    act(number, "split", {"kind": "report", "matter": "改日期"}, actor=staff("dispatcher.ziyang"), at=AT)
    (other,) = complete_links(number, at=AT)

    with pytest.raises(Exception, match="编号或者查询码不对"):
        enter(str(other), code, at=AT)


def test_what_the_citizen_handed_in_goes_along(staff: Staff) -> None:
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    from_citizen = Upload("小票.png", png)
    number = put(COMPLAINT, files=[from_citizen])
    act(number, "split", {"kind": "report", "matter": "改日期"}, actor=staff("dispatcher.ziyang"), at=AT)

    (other,) = complete_links(number, at=AT)

    assert [f.name for f in File.objects.filter(case_id=other)] == ["小票.png"]


def test_a_duplicate_complaint_is_linked_from_both_sides(staff: Staff) -> None:
    first, second = put(COMPLAINT), put(COMPLAINT)
    act(second, "link_duplicate", {"other": str(first)}, actor=staff("dispatcher.ziyang"), at=AT)

    complete_links(second, at=AT)
    complete_links(second, at=AT)

    (back,) = Link.objects.filter(case_id=first)
    assert (back.type, back.other_id, back.initiating) == ("duplicate", second, False)
    assert load(Case.objects.get(pk=first)).state.facts.links == (("duplicate", second),)


def test_a_link_to_a_case_that_is_not_there_stays_pending(staff: Staff) -> None:
    number = put(COMPLAINT)
    act(number, "link_duplicate", {"other": str(put(COMPLAINT))}, actor=staff("dispatcher.ziyang"), at=AT)
    Link.objects.update(other_id=430902269999999999)

    assert complete_links(number, at=AT) == []
    assert sweep_links(AT) == 0
    assert Link.objects.get().pending


def test_new_facts_of_a_repeated_report_restart_the_earlier_clock(staff: Staff) -> None:
    informant = {**REPORT, "anonymous": False, "informant": COMPLAINT["complainant"]}
    first = put(informant, citizen("informant"))
    second = (
        register(form=read(informant), actor=citizen("informant"), at=AT + timedelta(days=3), key=None)
        .cases[0]
        .number
    )
    route(first, staff)
    later = AT + timedelta(days=3, hours=1)
    act(
        second,
        "route",
        {"organisation": by_key("430902-bureau").pk},
        actor=staff("dispatcher.ziyang"),
        at=later,
    )
    assign = {"staff": staff("handler").staff_id}
    act(second, "assign", assign, actor=staff("head"), at=later)
    before = Clock.objects.get(case_id=first, state="open").due_on
    merge = {"other": str(first), "same_informant": "1", "reason": "补充新事实"}
    act(second, "merge_repeat", merge, actor=staff("handler"), at=later)

    complete_links(second, at=later)

    clock = Clock.objects.get(case_id=first, state="open")
    assert clock.due_on is not None
    assert before is not None
    assert clock.due_on > before
    assert clock.started_at == AT + timedelta(days=3)
    assert not Link.objects.filter(pending=True).exists()


def test_all_jobs_lost_the_sweep_still_completes_every_link(staff: Staff) -> None:
    numbers = [put(COMPLAINT) for _n in range(3)]
    for number in numbers:
        act(number, "split", {"kind": "report", "matter": "改日期"}, actor=staff("dispatcher.ziyang"), at=AT)

    assert sweep_links(AT, limit=2) == 2
    assert sweep_links(AT) == 1

    assert Case.objects.filter(kind="report").count() == 3


def test_both_sides_verify(staff: Staff) -> None:
    number = put(COMPLAINT)
    act(number, "split", {"kind": "report", "matter": "改日期"}, actor=staff("dispatcher.ziyang"), at=AT)
    (other,) = complete_links(number, at=AT)

    assert [list(verify_case(Case.objects.get(pk=n))) for n in (number, other)] == [[], []]
