"""The pages of hot spots: who gets in, what stands on them, what a click does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from jiesu.cases.act import act
from jiesu.cases.counting import badges
from jiesu.cases.models import Case
from jiesu.insight.hotspots import keeping, queries
from jiesu.insight.hotspots.models import ConsumerWarning, Decision, Progress, SupervisionNotice
from jiesu.people.acting import actor_for
from jiesu.people.actors import SYSTEM
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from tests.insight.hotspots import conftest as given

pytestmark = pytest.mark.django_db
TITLE, TEXT = (
    "预付式健身消费警示",
    "近期有健身会所关门停业、会员费难退。请尽量不办长期卡，保存合同和付款凭证。",
)
SignIn = Callable[[str], Client]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    def enter(username: str) -> Client:
        client = Client()
        client.force_login(Staff.objects.get(username=username), "jiesu.people.authentication.StaffBackend")
        return client

    return enter


@pytest.fixture
def spot(db: None, monkeypatch: pytest.MonkeyPatch) -> int:
    """A studio that closes: five people in Ziyang, one informant, six people in Heshan."""
    now = timezone.now()
    monkeypatch.setattr(given, "NOW", now - timedelta(minutes=1))
    town = given.Town()
    town.ordinary()
    town.burst(5)
    town.contact("飞扬健身会所关门不退会员费，夜里从后门搬走器材。", kind="report", shop=given.STUDIO)
    town.burst(6, by="dispatcher.heshan")
    keeping.sweep(at=now)
    return queries.listing(SYSTEM, at=now)[0].key


@pytest.mark.parametrize("username", ["handler", "calltaker", "dispatcher", "council", "mediator", "admin"])
def test_those_who_read_no_figures_get_no_hot_spots(sign_in: SignIn, spot: int, username: str) -> None:
    client = sign_in(username)
    for address in ("", "year/", "warnings/", f"{spot}/", f"{spot}/cases/", f"{spot}/warn/"):
        assert client.get(f"/desk/hotspots/{address}").status_code == 403
    assert client.post(f"/desk/hotspots/{spot}/dismiss/", {"reason": "不看了"}).status_code == 403


def test_a_citizen_is_led_to_the_door(spot: int) -> None:
    for address in ("", f"{spot}/", f"{spot}/cases/"):
        answer = Client().get(f"/desk/hotspots/{address}")
        assert answer.status_code == 302
        assert "/desk/login/" in answer["Location"]


def test_a_supervisor_reads_what_where_since_when_and_how_many(sign_in: SignIn, spot: int) -> None:
    supervisor = sign_in("supervisor")
    page = supervisor.get("/desk/hotspots/").content.decode()
    assert "飞扬健身会所" in page
    assert "资阳区 6" in page
    assert "赫山区 6" in page
    assert "其中举报 1 件" in page
    one = supervisor.get(f"/desk/hotspots/{spot}/").content.decode()
    assert "热度 =（件数" in one
    # The report's words stand nowhere, its case only in the list of cases.
    for shown in (page, one):
        assert "后门搬走" not in shown
    assert supervisor.get("/desk/hotspots/year/").status_code == 200


def test_a_head_sees_the_own_county_and_the_cases_behind_it(sign_in: SignIn, spot: int) -> None:
    head = sign_in("head")
    page = head.get("/desk/hotspots/").content.decode()
    assert "赫山区" not in page
    assert "辖区外另有 5 件以上" in page
    cases = head.get(f"/desk/hotspots/{spot}/cases/").content.decode()
    assert cases.count("data-row") - cases.count("data-rows") == 6 or cases.count("/desk/cases/") >= 6


def test_another_bureau_gets_no_page(sign_in: SignIn, spot: int) -> None:
    given.Town()
    other = sign_in("head.heshan")
    assert other.get(f"/desk/hotspots/{spot}/").status_code == 200
    assert other.get("/desk/hotspots/999999/").status_code == 404


def test_a_name_is_given_and_a_reason_is_asked_for(sign_in: SignIn, spot: int) -> None:
    head = sign_in("head")
    assert head.post(f"/desk/hotspots/{spot}/rename/", {"title": "飞扬健身跑路"}).status_code == 303
    assert "飞扬健身跑路" in head.get("/desk/hotspots/").content.decode()
    refused = head.post(f"/desk/hotspots/{spot}/dismiss/", {"reason": ""})
    assert refused.status_code == 422
    assert "请写明理由" in refused.content.decode()
    assert head.post(f"/desk/hotspots/{spot}/dismiss/", {"reason": "已统一处理"}).status_code == 303
    assert "飞扬健身跑路" not in head.get("/desk/hotspots/").content.decode()
    assert "飞扬健身跑路" in head.get("/desk/hotspots/?show=dismissed").content.decode()
    assert set(Decision.objects.values_list("deed", flat=True)) == {"rename", "dismiss"}


@pytest.mark.parametrize("into", ["", "x", "９", "99999999999999999999", "0"])
def test_a_bad_target_is_refused(sign_in: SignIn, spot: int, into: str) -> None:
    assert sign_in("head").post(f"/desk/hotspots/{spot}/merge/", {"into": into}).status_code == 422


def test_an_auditor_looks_and_decides_nothing(sign_in: SignIn, spot: int) -> None:
    auditor = sign_in("auditor")
    assert auditor.get(f"/desk/hotspots/{spot}/").status_code == 200
    assert auditor.post(f"/desk/hotspots/{spot}/dismiss/", {"reason": "不看了"}).status_code == 403
    assert auditor.post(f"/desk/hotspots/{spot}/warn/", {"title": TITLE, "text": TEXT}).status_code == 403
    assert not ConsumerWarning.objects.exists()


def test_a_warning_goes_from_the_hot_spot_to_the_portal(sign_in: SignIn, spot: int) -> None:
    legal, head = sign_in("legal"), sign_in("head")
    # The legal section writes; the bureau publishes.
    assert (
        "发布机关：益阳市资阳区市场监督管理局。" in legal.get(f"/desk/hotspots/{spot}/warn/").content.decode()
    )
    refused = legal.post(f"/desk/hotspots/{spot}/warn/", {"title": TITLE, "text": "电话13812345678" + TEXT})
    assert refused.status_code == 422
    assert legal.post(f"/desk/hotspots/{spot}/warn/", {"title": TITLE, "text": TEXT}).status_code == 303
    assert TITLE not in Client().get("/warnings/").content.decode()
    row = ConsumerWarning.objects.get()
    assert "批准并发布" not in legal.get("/desk/hotspots/warnings/").content.decode()
    assert legal.post(f"/desk/hotspots/warnings/{row.pk}/", {"decision": "approve"}).status_code == 403
    assert "批准并发布" in head.get("/desk/hotspots/warnings/").content.decode()
    assert head.post(f"/desk/hotspots/warnings/{row.pk}/", {"decision": "approve"}).status_code == 303
    public = Client().get("/warnings/").content.decode()
    assert TITLE in public
    assert TEXT in public
    assert Staff.objects.get(username="legal").name not in public
    taken_off = {"decision": "withdraw", "reason": "已经解决"}
    assert head.post(f"/desk/hotspots/warnings/{row.pk}/", taken_off).status_code == 303
    assert TITLE not in Client().get("/warnings/").content.decode()


def test_a_warning_waits_among_the_approvals_of_those_who_may_approve_it(sign_in: SignIn, spot: int) -> None:
    def badge(username: str) -> int:
        staff = Staff.objects.get(username=username)
        return badges(actor_for(staff, timezone.now())).approvals

    acting = sign_in("head.acting")
    before = {who: badge(who) for who in ("head", "head.acting", "head.heshan", "supervisor")}
    head = sign_in("head")
    assert head.post(f"/desk/hotspots/{spot}/warn/", {"title": TITLE, "text": TEXT}).status_code == 303
    row = ConsumerWarning.objects.get()
    # Its author decides nothing; another bureau neither.
    assert badge("head.acting") == before["head.acting"] + 1
    assert {who: badge(who) for who in ("head", "head.heshan", "supervisor")} == {
        who: before[who] for who in ("head", "head.heshan", "supervisor")
    }
    listed = acting.get("/desk/approvals/").content.decode()
    assert TITLE in listed
    assert f"/desk/hotspots/warnings/#warning-{row.pk}" in listed
    assert TITLE not in head.get("/desk/approvals/").content.decode()
    assert TITLE not in sign_in("head.heshan").get("/desk/approvals/").content.decode()
    assert acting.post(f"/desk/hotspots/warnings/{row.pk}/", {"decision": "approve"}).status_code == 303
    assert badge("head.acting") == before["head.acting"]
    assert TITLE not in acting.get("/desk/approvals/").content.decode()


def test_one_click_supervises_the_open_cases_and_says_what_became_of_each(sign_in: SignIn, spot: int) -> None:
    supervisor = sign_in("supervisor")
    assert f"/desk/hotspots/{spot}/supervise/" in supervisor.get(f"/desk/hotspots/{spot}/").content.decode()
    form = supervisor.get(f"/desk/hotspots/{spot}/supervise/").content.decode()
    assert "热点督办：“" in form
    refused = supervisor.post(f"/desk/hotspots/{spot}/supervise/", {"note": ""})
    assert refused.status_code == 422
    day = (timezone.localdate() + timedelta(days=7)).isoformat()
    asked = {"note": "请加快办理", "key": "k", "answer_by": day}
    sent = supervisor.post(f"/desk/hotspots/{spot}/supervise/", asked)
    assert "共 12 件，已督办 12 件" in sent.content.decode()
    assert sign_in("legal").get(f"/desk/hotspots/{spot}/supervise/").status_code == 403


def test_ticked_cases_are_taken_out_and_put_back(sign_in: SignIn, spot: int) -> None:
    supervisor = sign_in("supervisor")
    listed = supervisor.get(f"/desk/hotspots/{spot}/cases/").content.decode()
    numbers = list(dict.fromkeys(re.findall(r'name="case"\s+value="(\d{18})"', listed)))
    assert len(numbers) == 12
    there = f"/desk/hotspots/{spot}/correct"
    assert supervisor.post(f"{there}/take_out/", {}).status_code == 422
    form = supervisor.post(f"{there}/split/", {"case": numbers[:4]}).content.decode()
    assert form.count('name="case"') == 4
    given = {"case": numbers[:4], "confirmed": "1", "reason": "另一家", "title": "分店"}
    assert supervisor.post(f"{there}/split/", given).status_code == 303
    assert supervisor.post(f"{there}/split/", given).status_code == 422
    out = {"case": numbers[4:5], "confirmed": "1", "reason": "不是一回事"}
    assert supervisor.post(f"{there}/take_out/", out).status_code == 303
    assert "手工移出、拆分 5 件" in supervisor.get(f"/desk/hotspots/{spot}/").content.decode()
    assert supervisor.post(f"/desk/hotspots/{spot}/put-back/").status_code == 303
    assert "手工移出" not in supervisor.get(f"/desk/hotspots/{spot}/").content.decode()
    assert sign_in("legal").post(f"{there}/take_out/", out).status_code == 403


@pytest.mark.parametrize(
    "bad", [{"answer_by": ""}, {"answer_by": "明天"}, {"answer_by": "2026-01-01"}, {"note": ""}]
)
def test_what_is_wrong_with_a_supervision_is_said_and_what_was_typed_stays(
    sign_in: SignIn, spot: int, bad: dict[str, str]
) -> None:
    day = (timezone.localdate() + timedelta(days=7)).isoformat()
    asked = {"note": "请核查分店", "key": "k", "answer_by": day, **bad}
    refused = sign_in("supervisor").post(f"/desk/hotspots/{spot}/supervise/", asked)
    assert refused.status_code == 422
    assert asked["note"] in refused.content.decode()
    assert not SupervisionNotice.objects.exists()


def test_a_notice_goes_from_the_city_to_the_county_and_the_answer_back(sign_in: SignIn, spot: int) -> None:
    # given: four of the cases are in the hands of Ziyang
    routed(4)
    supervisor, head, heshan = (sign_in(u) for u in ("supervisor", "head", "head.heshan"))
    form = supervisor.get(f"/desk/hotspots/{spot}/supervise/").content.decode()
    assert "资阳区市场监管局 4 件" in " ".join(form.split())
    day = timezone.localdate() + timedelta(days=7)
    asked = {"note": "请核查分店", "key": "k", "answer_by": day.isoformat()}
    assert "督办单已发出" in supervisor.post(f"/desk/hotspots/{spot}/supervise/", asked).content.decode()
    there = f"/desk/hotspots/notices/{SupervisionNotice.objects.get().pk}/"
    # then: it lies before the head of Ziyang, and of nobody else
    assert there in head.get("/desk/approvals/").content.decode()
    assert there in head.get("/desk/hotspots/notices/").content.decode()
    assert there not in heshan.get("/desk/approvals/").content.decode()
    assert heshan.get(there).status_code == 404
    assert heshan.post(there, {"answer": "我们来答复"}).status_code == 404
    assert sign_in("handler").get(there).status_code == 403
    assert supervisor.post(there, {"answer": "我们来答复"}).status_code == 404
    page = head.get(there).content.decode()
    assert "请核查分店" in page
    assert "赫山区" not in page
    # when: it answers
    assert head.post(there, {"answer": ""}).status_code == 422
    assert head.post(there, {"answer": "四件均已受理，没有别的分店。"}).status_code == 303
    # then: the city reads it, and it waits no more
    assert "四件均已受理" in supervisor.get(there).content.decode()
    assert "1 / 1" in supervisor.get("/desk/hotspots/notices/").content.decode()
    assert there in supervisor.get(f"/desk/hotspots/{spot}/").content.decode()
    assert there not in head.get("/desk/approvals/").content.decode()
    assert head.post(there, {"answer": "再补充一点情况"}).status_code == 409


def part_on(page: str) -> str:
    """The part with the last step, as a form on the page names it."""
    found = re.search(r'name="part" value="(\d+:\d+)"', page)
    assert found
    return found[1]


def test_an_answer_is_sent_back_reminded_of_and_accepted_on_the_page(sign_in: SignIn, spot: int) -> None:
    # given: a notice that Ziyang has answered
    routed(4)
    supervisor, head = sign_in("supervisor"), sign_in("head")
    day = timezone.localdate() + timedelta(days=7)
    asked = {"note": "请核查分店", "key": "k", "answer_by": day.isoformat()}
    supervisor.post(f"/desk/hotspots/{spot}/supervise/", asked)
    there = f"/desk/hotspots/notices/{SupervisionNotice.objects.get().pk}/"
    head.post(there, {"answer": "四件均已受理，没有别的分店。", "step": "0"})
    first = supervisor.get(there).content.decode()
    assert '<span class="tab-count">1</span>' in supervisor.get("/desk/hotspots/notices/").content.decode()
    # when: it is sent back without a reason, then with one
    again = (day + timedelta(days=4)).isoformat()
    back = {"part": part_on(first), "words": "", "day": again}
    refused = supervisor.post(f"{there}send-back/", back)
    assert refused.status_code == 422
    assert f'value="{again}"' in refused.content.decode()
    back["words"] = "请补充分店名单"
    assert supervisor.post(f"{there}send-back/", back).status_code == 303
    # then: the county reads the reason and the new day, and it waits again
    assert "补充答复督办单" in head.get("/desk/approvals/").content.decode()
    page = head.get(there).content.decode()
    assert "请补充分店名单" in page
    assert f"在 {again} 前重新答复" in page
    assert "send-back" not in page
    # when: it is reminded of
    reminded = {"part": part_on(supervisor.get(there).content.decode()), "words": "请今天答复"}
    assert supervisor.post(f"{there}remind/", reminded).status_code == 303
    # then: the county sees it, in the list as well
    assert "请今天答复" in head.get(there).content.decode()
    assert "催办 1 次" in head.get("/desk/approvals/").content.decode()
    assert "催办 1 次" in head.get("/desk/hotspots/notices/").content.decode()
    # and: a second click from the same screen reminds nobody again
    assert supervisor.post(f"{there}remind/", reminded).status_code == 409
    # when: it is answered again, and accepted from a screen that shows the first answer
    head.post(there, {"answer": "没有分店，名单已附。"})
    stale = supervisor.post(f"{there}accept/", {"part": part_on(first)})
    # then: what has happened is said and the new answer shown; accepted from there it is fixed
    assert stale.status_code == 409
    assert "您打开页面以后情况有变" in stale.content.decode()
    assert supervisor.post(f"{there}accept/", {"part": part_on(stale.content.decode())}).status_code == 303
    page = supervisor.get(there).content.decode()
    assert "答复已认可" in page
    for words in ("四件均已受理，没有别的分店。", "请补充分店名单", "请今天答复", "没有分店，名单已附。"):
        assert words in page


def test_a_withdrawn_notice_says_why_and_takes_no_answer(sign_in: SignIn, spot: int) -> None:
    routed(4)
    supervisor, head, auditor = (sign_in(u) for u in ("supervisor", "head", "auditor"))
    day = (timezone.localdate() + timedelta(days=7)).isoformat()
    supervisor.post(f"/desk/hotspots/{spot}/supervise/", {"note": "请核查分店", "key": "k", "answer_by": day})
    there = f"/desk/hotspots/notices/{SupervisionNotice.objects.get().pk}/"
    part = part_on(supervisor.get(there).content.decode())
    # whoever only reads has no forms and no say
    assert 'name="part"' not in auditor.get(there).content.decode()
    for client, status in ((auditor, 403), (head, 404), (sign_in("handler"), 403)):
        assert client.post(f"{there}withdraw/", {"part": part, "words": "不需要了"}).status_code == status
    assert supervisor.post(f"{there}accept/", {"part": part}).status_code == 409
    assert supervisor.post(f"{there}withdraw/", {"part": part, "words": "省局统一处理"}).status_code == 303
    assert supervisor.post(f"{there}forget/", {"part": part}).status_code == 404
    assert supervisor.post(f"{there}withdraw/", {"part": "x", "words": "省局统一处理"}).status_code == 404
    page = head.get(there).content.decode()
    assert "省局统一处理" in page
    assert 'name="answer"' not in page
    assert there not in head.get("/desk/approvals/").content.decode()
    assert head.post(there, {"answer": "四件均已受理。"}).status_code == 409
    assert "已撤回" in supervisor.get("/desk/hotspots/notices/").content.decode()


def routed(number: int) -> None:
    """So many of the complaints go into the hands of Ziyang."""
    staff = Staff.objects.select_related("organisation__parent").get(username="dispatcher.ziyang")
    actor = actor_for(staff, timezone.now())
    rows = Case.objects.filter(county="430902", kind="complaint", hot_spot_member__isnull=False)
    for case in rows.filter(organisation=None).order_by("pk")[:number]:
        bureau = by_key("430902-bureau").pk
        act(case.pk, "route", {"organisation": bureau}, actor=actor, at=timezone.now())


@pytest.mark.parametrize("username", ["supervisor", "head"])
def test_the_pages_of_notices_cost_the_same_at_every_size(
    sign_in: SignIn, spot: int, django_assert_max_num_queries: Callable[..., object], username: str
) -> None:
    supervisor, reader = sign_in("supervisor"), sign_in(username)
    day = (timezone.localdate() + timedelta(days=7)).isoformat()

    def sends(key: str) -> None:
        asked = {"note": "请核查分店", "key": key, "answer_by": day}
        assert supervisor.post(f"/desk/hotspots/{spot}/supervise/", asked).status_code == 200

    routed(1)
    sends("k0")
    pages = ("/desk/hotspots/notices/", "/desk/hotspots/notices/{}/", f"/desk/hotspots/{spot}/supervise/",
             "/desk/approvals/")  # fmt: skip
    pages = tuple(
        p for p in pages if reader.get(p.format(SupervisionNotice.objects.latest("pk").pk)).status_code == 200
    )
    assert len(pages) == (3 if username == "supervisor" else 4)
    costs = []
    for again in (False, True):
        if again:
            routed(4)
            for n in range(1, 5):
                sends(f"k{n}")
        number = SupervisionNotice.objects.latest("pk").pk
        for page in pages:
            with django_assert_max_num_queries(30) as found:  # type: ignore[attr-defined]
                assert reader.get(page.format(number)).status_code == 200
            costs.append(len(found))
    few, many = costs[: len(pages)], costs[len(pages) :]
    assert few == many


def test_the_pages_cost_the_same_at_every_size(
    sign_in: SignIn, spot: int, django_assert_max_num_queries: Callable[..., object]
) -> None:
    supervisor = sign_in("supervisor")
    supervisor.get("/desk/hotspots/")
    pages = {"": 23, "?show=dismissed": 23, "year/": 23, "warnings/": 23, f"{spot}/": 42, f"{spot}/cases/": 26,
             f"{spot}/warn/": 26}  # fmt: skip
    costs: list[list[int]] = []
    for again in (False, True):
        if again:
            town = given.Town()
            town.burst(8)
            for n in range(6):
                town.contact(f"阳光驾校收了报名费不安排练车，教练电话打不通，第{n}个学员。", shop="阳光驾校")
            Progress.objects.update(registered_until=None)
            keeping.sweep(at=timezone.now())
            warned = {"title": TITLE, "text": TEXT}
            for _n in range(3):
                assert supervisor.post(f"/desk/hotspots/{spot}/warn/", warned).status_code == 303
        cost = []
        for address, most in pages.items():
            with django_assert_max_num_queries(most) as found:  # type: ignore[attr-defined]
                assert supervisor.get(f"/desk/hotspots/{address}").status_code == 200
            cost.append(len(found))
        costs.append(cost)
    assert costs[0] == costs[1]
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        assert Client().get("/warnings/").status_code == 200
