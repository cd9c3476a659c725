"""What happens in an example after it was registered: each plot goes a little further than the one it begins with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from jiesu import law
from jiesu.cases.bulk import Step
from jiesu.cases.draft import Draft
from jiesu.cases.facts import CaseState
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.config.examples.scene import Scene

Steps = Iterator[Step]
Plot = Callable[[Scene, Draft], Steps]
BOTH = ("complainant", "respondent")


def nothing(s: Scene, draft: Draft) -> Steps:
    yield from ()


def routed(s: Scene, draft: Draft) -> Steps:
    yield s.step(
        "route",
        "dispatcher",
        hours=0.7,
        organisation=s.bureau,
        office=s.office,
        arrived_at=s.clock.isoformat(),
    )


def assigned(s: Scene, draft: Draft) -> Steps:
    yield from routed(s, draft)
    yield s.step("assign", "officehead", hours=0.5, staff=s.actor("handler").staff_id)


def mixed_suggested(s: Scene, draft: Draft) -> Steps:
    yield from ()


def _asked(action: str) -> Plot:
    def plot(s: Scene, draft: Draft) -> Steps:
        yield from assigned(s, draft)
        clock = draft.state.clock("complaint.acceptance")
        assert clock is not None
        assert clock.due_on is not None
        before = clock.due_on - timedelta(days=1)
        yield s.step(action, "handler", items=s.text("items"), answer_by=before.isoformat())
        if action == "request_materials":
            yield from s.proof(draft.state, channel="sms")

    return plot


def _refusal(s: Scene) -> dict[str, object]:
    old = s.text("ground") == "over_three_years"
    known_on = (s.received.date() - timedelta(days=4 * 365)).isoformat() if old else None
    return {
        "ground": s.ground("refusal", s.text("ground")),
        "known_on": known_on,
        "reasons": s.text("reasons"),
        "competent": s.entry.get("competent"),
        "earlier": s.entry.get("earlier"),
        "factors": s.entry.get("factors"),
        "violation": False,
    }


def refuse_proposed(s: Scene, draft: Draft) -> Steps:
    yield from assigned(s, draft)
    proposed = {k: v for k, v in _refusal(s).items() if v is not None}
    yield s.step("propose", "handler", action="refuse", proposed=proposed, note="请审批。")


def refused(s: Scene, draft: Draft) -> Steps:
    yield from refuse_proposed(s, draft)
    yield s.step("approve", "head", hours=5, proposal=max(draft.state.facts.proposals), note="同意。")
    yield from s.proof(draft.state, channel="letter")
    yield s.step("close", "handler", hours=20, **CHECKED)


def reviewed(s: Scene, draft: Draft) -> Steps:
    yield from refused(s, draft)
    s.wait(days=20)
    today = s.clock.date().isoformat()
    reply_by = (s.cast.today + timedelta(days=4)).isoformat()
    yield s.step(
        "record_review",
        "legal",
        type="review",
        reference="益府复〔2026〕18号",
        served_on=today,
        reply_by=reply_by,
    )


def accepted(s: Scene, draft: Draft) -> Steps:
    yield from assigned(s, draft)
    s.until(s.accepted_on)
    yield s.step("accept", "handler", note=None)


def bounced(s: Scene, draft: Draft) -> Steps:
    yield from accepted(s, draft)
    told = s.clock.isoformat()
    for seq in sorted(draft.state.unproven()):
        yield s.step(
            "notify", "handler", message=seq, result="failed", channel="phone", told_at=told, reference="关机"
        )
    yield s.step(
        "record_contact", "handler", to="complainant", channel="phone", result="no_answer",
        at=s.clock.isoformat(), note="三次拨打均关机，已改发短信。",
    )  # fmt: skip


def told(s: Scene, draft: Draft) -> Steps:
    yield from accepted(s, draft)
    yield from s.proof(draft.state)
    if s.entry.get("message"):
        yield s.step("send_message", "citizen", hours=20, body=s.text("message"))
        yield s.step("urge", "citizen", hours=3, note="请尽快处理。")


def consent_asked(s: Scene, draft: Draft) -> Steps:
    yield from told(s, draft)
    yield s.step("ask_consent", "handler", hours=3, commission=False)


def _consent(s: Scene, party: str, subject: str = "mediation") -> Step:
    return s.step(
        "record_consent", "handler", party=party, subject=subject, consent=True, proof="call_record"
    )


def one_consent(s: Scene, draft: Draft) -> Steps:
    yield from consent_asked(s, draft)
    yield _consent(s, "complainant")


def mediating(s: Scene, draft: Draft) -> Steps:
    yield from consent_asked(s, draft)
    yield from s.proof(draft.state, channel="sms")
    for party in BOTH:
        yield _consent(s, party)


def _session(s: Scene, in_days: int) -> Step:
    starts = (s.clock + timedelta(days=in_days)).replace(hour=15, minute=0, second=0, microsecond=0)
    if "starts" in s.entry:
        starts = (s.cast.now + timedelta(days=in_days)).replace(hour=7, minute=0, second=0, microsecond=0)
    return s.step(
        "schedule_session",
        "handler",
        starts_at=starts.isoformat(),
        method="on_site",
        place="大码头市场监管所二楼调解室",
        mediator=s.actor("handler").staff_id,
        bring="身份证、付款凭证、商品或者照片。",
    )


def session_planned(s: Scene, draft: Draft) -> Steps:
    yield from mediating(s, draft)
    yield _session(s, int(s.entry["starts"]))
    yield from s.proof(draft.state, only="complainant")


def _held(s: Scene, draft: Draft, result: str, positions: str) -> Steps:
    yield _session(s, 2)
    yield from s.proof(draft.state)
    s.wait(days=3)
    yield s.step(
        "record_session",
        "handler",
        session=max(draft.state.facts.sessions),
        result=result,
        positions=positions,
    )


def session_held(s: Scene, draft: Draft) -> Steps:
    yield from mediating(s, draft)
    yield from _held(
        s, draft, "held", "双方到场。投诉人坚持原请求，经营者表示回去商量后答复，约定一周内再次调解。"
    )


def appraisal(s: Scene, draft: Draft) -> Steps:
    yield from mediating(s, draft)
    yield from _started(s, "appraisal", "湖南省珠宝玉石首饰质量检测中心")


def testing(s: Scene, draft: Draft) -> Steps:
    yield from mediating(s, draft)
    yield from _started(s, "testing", "湖南省产商品质量检验研究院")


def _started(s: Scene, kind: str, body: str) -> Steps:
    s.until(s.cast.today - timedelta(days=int(s.entry["since"])))
    since = s.clock.date().isoformat()
    yield s.step(f"start_{kind}", "handler", since=since, body=body, document=f"资市监委〔2026〕{s.place}号")


def recusal(s: Scene, draft: Draft) -> Steps:
    yield from mediating(s, draft)
    reason = "投诉人认为调解人员与经营者相识，申请更换。"
    yield s.step("request_recusal", "citizen", hours=30, door="complainant", reason=reason)


def commissioned(s: Scene, draft: Draft) -> Steps:
    yield from mediating(s, draft)
    for party in BOTH:
        yield _consent(s, party, "commission")
    council = s.organisation(f"{s.county}-council")
    yield s.step(
        "commission",
        "handler",
        organisation=council,
        scope="就退卡金额进行调解；不得转委托，不得加盖本局印章。",
    )


def _no_agreement(s: Scene, draft: Draft) -> Steps:
    yield from mediating(s, draft)
    yield from _held(
        s, draft, "no_agreement", "双方到场，就金额分歧较大，经营者明确表示不能接受投诉人的请求。"
    )


def _termination(s: Scene) -> dict[str, object]:
    ground = s.ground("termination", "no_agreement")
    return {"ground": ground, "reasons": s.text("reasons"), "violation": False}


def terminate_proposed(s: Scene, draft: Draft) -> Steps:
    yield from _no_agreement(s, draft)
    if s.entry.get("decided"):
        s.until(date.fromisoformat(s.entry["decided"]))
    yield s.step("propose", "handler", action="terminate", proposed=_termination(s), note="请审批。")


def terminated(s: Scene, draft: Draft) -> Steps:
    yield from terminate_proposed(s, draft)
    yield s.step("approve", "head", hours=4, proposal=max(draft.state.facts.proposals))
    yield from s.proof(draft.state, only="complainant")


def told_long(s: Scene, draft: Draft) -> Steps:
    """Terminated, told and closed, under whichever order stood on each day."""
    yield from terminated(s, draft)
    yield from s.proof(draft.state)
    yield s.step("close", "handler", hours=20, **CHECKED)


def _agreement(form: str) -> Plot:
    def plot(s: Scene, draft: Draft) -> Steps:
        yield from mediating(s, draft)
        yield from _held(s, draft, "agreed", "双方到场，经调解达成一致。")
        fen = int(s.entry["recovered"]) * 100
        yield s.step("agree", "handler", form=form, recovered=fen, terms=s.text("terms"))
        if form == "form9":
            yield from s.proof(draft.state, only="complainant")
            return
        yield s.step("close", "handler", hours=20, **CHECKED)
        yield from _rated(s)

    return plot


def _rated(s: Scene) -> Steps:
    if s.entry.get("stars"):
        words = {3: "时间有点长。", 4: "处理及时。", 5: "非常满意，谢谢工作人员。"}
        yield s.step(
            "rate", "citizen", hours=26, stars=int(s.entry["stars"]), note=words[int(s.entry["stars"])]
        )


def settled(s: Scene, draft: Draft) -> Steps:
    yield from told(s, draft)
    s.wait(days=4)
    fen, on = int(s.entry["recovered"]) * 100, s.clock.date().isoformat()
    yield s.step("settle", "handler", hours=0, on=on, recovered=fen, terms=s.text("terms"))
    ground = s.ground("termination", "withdrawn_or_settled")
    proposed = {"ground": ground, "reasons": "双方已自行和解并履行完毕。", "violation": False}
    yield s.step("propose", "handler", action="terminate", proposed=proposed)
    yield s.step("approve", "head", hours=4, proposal=max(draft.state.facts.proposals))
    yield from s.proof(draft.state)
    yield s.step("close", "handler", hours=20, **CHECKED)
    yield from _rated(s)


def withdrawn(s: Scene, draft: Draft) -> Steps:
    yield from assigned(s, draft)
    yield s.step("withdraw", "citizen", hours=20, statement=s.text("statement"))
    yield s.step("close", "handler", hours=4, **CHECKED)


def verifying(s: Scene, draft: Draft) -> Steps:
    yield from assigned(s, draft)
    s.wait(days=2)
    yield _verified(s)


def _verified(s: Scene) -> Step:
    return s.step(
        "record_verification",
        "handler",
        on_site=True,
        at=s.clock.isoformat(),
        officers_named=s.officers,
        subjects=s.entry.get("subjects"),
        findings=s.text("findings"),
    )


def verifying_test(s: Scene, draft: Draft) -> Steps:
    yield from verifying(s, draft)
    yield from _started(s, "testing", "益阳市食品药品检验所")


def extended(s: Scene, draft: Draft) -> Steps:
    yield from verifying(s, draft)
    s.wait(days=7)
    proposed = {"clock": "report.verification", "reasons": s.text("reasons")}
    yield s.step("propose", "handler", action="extend", proposed=proposed)
    yield s.step("approve", "head", hours=5, proposal=max(draft.state.facts.proposals))


def _filing(s: Scene) -> dict[str, object]:
    return {"facts_found": s.text("facts"), "officers_named": s.officers}


def file_proposed(s: Scene, draft: Draft) -> Steps:
    yield from verifying(s, draft)
    yield s.step(
        "propose",
        "handler",
        hours=30,
        action="file_case",
        proposed=_filing(s),
        note="符合立案条件，建议立案。",
    )


def filed(s: Scene, draft: Draft) -> Steps:
    yield from file_proposed(s, draft)
    yield s.step("approve", "head", hours=6, proposal=max(draft.state.facts.proposals))


def decline_proposed(s: Scene, draft: Draft) -> Steps:
    yield from verifying(s, draft)
    s.wait(days=5)
    condition = law.grounds("report.filing", on=s.clock.date())[0].key
    proposed = {"missing_conditions": [condition], "facts_found": s.text("facts")}
    yield s.step("propose", "handler", action="decline_filing", proposed=proposed, note="不符合立案条件。")


def owed_to_informant(state: CaseState, on: date) -> list[str]:
    """Every duty to tell the informant on a day, or the courtesy where there is none."""
    general = [d.key for d in law.informant_duties(subject="any", on=on)] if not state.anonymous else []
    left = [d for d in state.facts.duties if d not in state.facts.duties_answered]
    return list(dict.fromkeys((*general, *left))) or ["courtesy"]


def declined_told(s: Scene, draft: Draft) -> Steps:
    yield from decline_proposed(s, draft)
    yield s.step("approve", "head", hours=6, proposal=max(draft.state.facts.proposals))
    owed = list(draft.state.facts.duties)
    if draft.state.clock("report.informant_notice") is not None:
        owed.append("order20.filing")
    for basis in owed or ["courtesy"]:
        yield s.step("inform_informant", "handler", hours=3, basis=basis, result=s.text("result"))
    yield from s.proof(draft.state)
    yield s.step("close", "handler", hours=20, **CHECKED)


def no_authority(s: Scene, draft: Draft) -> Steps:
    """Received by the bureau itself and nobody's here: the informant is told."""
    yield from assigned(s, draft)
    yield s.step(
        "inform_no_authority",
        "handler",
        within_regulation=False,
        competent=s.text("competent"),
        reasons=s.text("reasons"),
    )


def sent_back(s: Scene, draft: Draft) -> Steps:
    """Came by distribution and is nobody's here: back to the centre, never sideways."""
    yield from assigned(s, draft)
    yield s.step(
        "return_to_centre",
        "handler",
        cause="other_department",
        reason=s.text("reasons"),
        competent=s.text("competent"),
    )


def food_transfer(s: Scene, draft: Draft) -> Steps:
    yield from assigned(s, draft)
    yield s.step("transfer_food_matter", "handler", competent=s.text("competent"), reasons=s.text("reasons"))
    yield from s.proof(draft.state)
    yield s.step("close", "handler", hours=20, **CHECKED)


def answered(s: Scene, draft: Draft) -> Steps:
    yield s.step("answer", "calltaker", hours=0.1, reply=s.text("reply"), at_once=True)
    yield s.step("close", "calltaker", hours=0.1, **CHECKED)
    yield from _rated(s)


def answered_told(s: Scene, draft: Draft) -> Steps:
    yield s.step("answer", "calltaker", hours=20, reply=s.text("reply"))


def answered_other(s: Scene, draft: Draft) -> Steps:
    yield s.step("answer", "calltaker", hours=30, reply=s.text("reply"))
    yield s.step("close", "calltaker", hours=5, **CHECKED)


def returned_12345(s: Scene, draft: Draft) -> Steps:
    yield s.step(
        "return_to_12345", "dispatcher", hours=5, reason=s.text("reason"), competent=s.text("competent")
    )
    yield s.step("close", "dispatcher", hours=1, **CHECKED)


def other_channel(s: Scene, draft: Draft) -> Steps:
    yield s.step(
        "inform_other_channel", "calltaker", hours=5, matter=s.text("matter"), advice=s.text("advice")
    )


def split_off(s: Scene, draft: Draft) -> Steps:
    """The complaint of a mixed letter, from which the report was split (its number stands in the entry)."""
    new = str(s.entry["other"])
    yield s.step("split", "dispatcher", kind="report", matter=s.text("report_text"), new_case=new)
    yield from told(s, draft)


def lead_raised(s: Scene, draft: Draft) -> Steps:
    yield from session_held(s, draft)
    on, new = s.clock.date().isoformat(), str(s.entry["other"])
    yield s.step(
        "raise_lead", "handler", found="in_mediation", found_on=on, matter=s.text("matter"), new_case=new
    )


def lead_verifying(s: Scene, draft: Draft) -> Steps:
    s.wait(days=9)
    yield _verified(s)


PLOTS: dict[str, Plot] = {
    "registered": nothing,
    "unconfirmed": nothing,
    "unrouted": nothing,
    "mixed_suggested": nothing,
    "materials_asked": _asked("request_materials"),
    "identity_asked": _asked("request_identity"),
    "agreed": _agreement("performed"),
    "agreed_form9": _agreement("form9"),
    **{
        plot.__name__: plot
        for plot in (
            accepted, answered, answered_other, answered_told, appraisal, assigned, bounced, commissioned,
            consent_asked, decline_proposed, declined_told, extended, file_proposed, filed, food_transfer,
            lead_raised, lead_verifying, mediating, no_authority, one_consent, other_channel, recusal, refuse_proposed, refused, returned_12345,
            reviewed, routed, sent_back, session_held, session_planned, settled, split_off, terminate_proposed, terminated,
            testing, told, told_long, verifying, verifying_test, withdrawn,
        )
    },
}  # fmt: skip
