"""The list before the close: what the case knows is ticked by itself with its reason, the rest by a person, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.kinds import Kind
from jiesu.cases.lifecycle import guards
from jiesu.cases.lifecycle.choices import resolve
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.table import Context, Refusal

HOTLINE = "service.hotline_12345"
#: Decisions that answer whether the material shows a suspected violation; an agreement asks nobody.
ASKS_FOR_A_LEAD = frozenset({"refuse", "terminate"})

#: What no machine can know. Each is a tick of its own.
BY_HAND = (
    Field("organ_right", Type.BOOL, _("处理机关无误，有处理权限")),
    Field("ground_right", Type.BOOL, _("依据和事实无误，所引条款有材料支持")),
    Field("nothing_leaked", Type.BOOL, _("发出的材料中没有举报人信息")),
)
#: What was put on form 9 by hand, and in how many copies (order 121 art. 24); shown only where there is one.
DEED = (
    Field("deed", Type.MULTI, _("调解书上已有"), required=False, choices="deed_marks"),
    Field("copies", Type.WHOLE, _("调解书份数"), required=False, choices="deed_copies"),
)
#: All of them ticked, for histories whose people have checked.
CHECKED = {field.name: True for field in BY_HAND}


@dataclass(frozen=True)
class Tick:
    """One item that the case answers itself.

    Args:
        key: stable name.
        text: what is done, or what is missing and must be done.
        on, event: day and event that it rests on, where there is one.
    """

    key: str
    done: bool
    text: str
    on: date | None = None
    event: int | None = None


def checklist(case: CaseState, ctx: Context) -> tuple[Tick, ...]:
    """What the case knows of its own readiness to be closed; items that do not apply to it are left out."""
    return (*_law(case, ctx), *_work(case, ctx), *_content(case, ctx))


def owed_before_close(case: CaseState, ctx: Context) -> list[str]:
    """What stands between the case and its close, in words. Empty when it may be closed."""
    return [tick.text for tick in checklist(case, ctx) if not tick.done]


def nothing_owed(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """A case closes when all is told with proof, every clock is done, no part is open, nothing waits for approval."""
    owed = owed_before_close(case, ctx)
    if owed:
        return Refusal("open_duties", say("还不能办结：%(owed)s") % {"owed": say("；").join(owed)})
    return None


def checked_by_hand(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """A person answers for each item; up to schema 2 one tick stood for all."""
    if ctx.schema < 3:
        return (
            None
            if data.get("checked")
            else Refusal("not_checked", say("办结前请逐项核对并勾选。"), "checked")
        )
    open_ = next((field for field in BY_HAND if not data.get(field.name)), None)
    if open_ is None:
        return None
    message = say("办结前请核对并勾选：%(what)s") % {"what": open_.label}
    return Refusal("not_checked", message, open_.name)


def deed_complete(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """An agreement on form 9 is signed by both and the mediator, sealed, and there is a copy for each and the file."""
    if ctx.schema < 3:
        return None
    marks = [key for key, _label in resolve(DEED[0], case, ctx.on)]
    if set(marks) - set(data.get("deed") or ()):
        return Refusal(
            "deed_incomplete", say("调解书应当由双方签字或者盖章、调解人员签名，并加盖本局印章。"), "deed"
        )
    if marks and not data.get("copies"):
        return Refusal("copies_missing", say("请填写调解书的份数：双方各执一份，本局归档一份。"), "copies")
    return None


def _law(case: CaseState, ctx: Context) -> Iterator[Tick]:
    facts = case.facts
    if facts.decision is not None:
        yield Tick("decision", True, say("已作出决定"), facts.decision.on, facts.decision.event)
    required = [n for n in facts.notices.values() if n.required and not n.void]
    waiting = len(case.unproven())
    if waiting:
        yield Tick("told", False, say("有 %(n)d 件必须的告知还没有送达证明") % {"n": waiting})
    elif required:
        proven = max(n.proven_on for n in required if n.proven_on is not None)
        words = say("%(n)d 件必须的告知都有送达证明") % {"n": len(required)}
        yield Tick("told", True, words, proven, max(n.event for n in required))
    periods = [c for c in case.clocks if c.statutory and not c.after_close and c.state != "void"]
    if any(c.running for c in periods):
        yield Tick("periods", False, say("还有法定期限在计时"))
    elif periods:
        late = sum(c.state == "met_late" for c in periods)
        words = say("法定期限都已完成，其中逾期 %(n)d 项") if late else say("法定期限都已按期完成")
        last = max((c.met_on for c in periods if c.met_on is not None), default=None)
        yield Tick("periods", True, words % {"n": late} if late else words, last)


def _work(case: CaseState, ctx: Context) -> Iterator[Tick]:
    facts = case.facts
    hotline = case.last_clock(HOTLINE)
    if hotline is not None and ctx.schema >= 3:
        done = not hotline.running
        words = say("已回复 12345") if done else say("还没有回复 12345")
        yield Tick("hotline", done, words, hotline.met_on)
    if facts.open_parts:
        yield Tick("parts", False, say("还有 %(n)d 件协办未完成") % {"n": facts.open_parts})
    if facts.proposals:
        yield Tick("proposals", False, say("还有等待审批的拟办意见"))
    if facts.recusal_pending:
        yield Tick("recusal", False, say("回避申请尚未决定"))


def _content(case: CaseState, ctx: Context) -> Iterator[Tick]:
    facts = case.facts
    if facts.mixed == "suggested":
        yield Tick("mixed", False, say("来件可能同时包含投诉和举报，请先拆分或者确认不拆分"))
    elif facts.mixed:
        words = say("投诉和举报已经拆分") if facts.mixed == "split" else say("已确认来件不需要拆分")
        yield Tick("mixed", True, words)
    if case.kind == Kind.COMPLAINT and facts.decision is not None:
        if not facts.violation_asked:
            yield Tick("lead", False, say("请先回答材料是否反映涉嫌违法线索"))
        elif facts.lead_raised:
            yield Tick("lead", True, say("已移出违法线索"))
        elif facts.decision.action in ASKS_FOR_A_LEAD:
            words = say("已回答：材料没有反映涉嫌违法线索")
            yield Tick("lead", True, words, facts.decision.on, facts.decision.event)
    if case.kind == Kind.REPORT and not case.anonymous and guards.duties_told(case, {}, ctx) is None:
        yield Tick("informant", True, say("已告知举报人，或者已记录没有告知义务及其理由"))
