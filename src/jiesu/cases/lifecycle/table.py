"""The shape of a life-cycle table: one row says everything about one action.

Buttons, permissions, API, state diagrams and the property tests read these rows; ``step`` is their thin reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from jiesu.cases.facts import CaseState, Data, Facts
from jiesu.cases.kinds import ENDED, State
from jiesu.cases.lifecycle.fields import SHANGHAI, Field, Label
from jiesu.law.calendar import Calendar
from jiesu.people.visibility import roles_that_see


@dataclass(frozen=True)
class By:
    """Who may: staff of these roles in this capacity towards the case; ``citizen`` and ``system`` need no role."""

    capacity: str
    roles: frozenset[str] = frozenset()


def by(capacity: str, *roles: str) -> By:
    return By(capacity, frozenset(roles))


#: Shape of an event's data and the tables it was written under. From 2 on an event holds the digests of the messages
#: it issued, and ``register`` receipt, registrar and files; from 3 on ``register`` names the bureau that has received.
EVENT_SCHEMA = 3


@dataclass(frozen=True)
class Context:
    """What surrounds a step: when, by whom, under which calendar and settings.

    Args:
        at: instant of the action (aware).
        actor: staff id or None.
        authority: bureau in whose name the actor acts.
        seq: seq of the event; what the step adds to the case follows it.
        calendar: calendar on which clocks are computed.
        options: settings of law and service in force for the case.
        schema: schema of the event; what older events did is replayed as they did it.
    """

    at: datetime
    actor: int | None
    authority: int | None
    party: str | None
    seq: int
    calendar: Calendar
    options: Mapping[str, Any]
    schema: int = EVENT_SCHEMA

    @property
    def on(self) -> date:
        """Day of the action in Asia/Shanghai."""
        return self.at.astimezone(SHANGHAI).date()


@dataclass(frozen=True)
class Refusal:
    """Why a guard says no: stable reason, Chinese text with the way out, and the field at fault."""

    reason: str
    message: str
    field: str = ""


Guard = Callable[[CaseState, Data, Context], Refusal | None]
Fold = Callable[[CaseState, Data, Context], Facts]
Choose = Callable[[CaseState, Data, Context], Any]
Children = Callable[[CaseState, Data, Context], tuple["NewChild", ...]]
Predicate = Callable[[CaseState, Data, Context], bool]


def since(schema: int, holds: Predicate | None = None) -> Predicate:
    """A condition of what the tables learned with a schema: events written before it did without."""

    def when(case: CaseState, data: Data, ctx: Context) -> bool:
        return ctx.schema >= schema and (holds is None or holds(case, data, ctx))

    return when


def before(schema: int) -> Predicate:
    """A condition of what the tables did until a schema and do no more."""
    return lambda case, data, ctx: ctx.schema < schema


@dataclass(frozen=True)
class Branch:
    """A next state that depends on the case or on what was entered; ``to`` lists them all.

    ``leads`` says from which state which may be reached, where not every one is from each.
    """

    to: tuple[str, ...]
    choose: Choose
    leads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """Opens a clock.

    Args:
        rule: rule id, or a function that chooses it (None: no clock).
        at: data field with the instant or day on which it starts; empty: the instant of the action.
        holder: who must act: ``handling``, ``centre``, or a data field with an organisation.
        after_close: may be open on a closed case.
        when: opened only if this holds.
        fixed: data field with the last day itself, for periods that somebody sets (form 3, a court's decision).
    """

    rule: str | Choose
    at: str | Choose = ""
    holder: str = "handling"
    after_close: bool = False
    when: Predicate | None = None
    fixed: str = ""


@dataclass(frozen=True)
class Meet:
    """Ends a running clock as done; late if after its last day. ``decided`` marks it decided and leaves it running."""

    rule: str
    on: str = ""
    when: Predicate | None = None
    decided: bool = False


@dataclass(frozen=True)
class Void:
    """Ends running clocks as without effect, with a reason; they stay visible and are in no rate."""

    rule: str
    reason: str
    when: Predicate | None = None


@dataclass(frozen=True)
class Pause:
    """Suspends a running clock from a day on (order 121 art. 22; Penalty Procedure art. 18(2))."""

    rule: str
    since: str
    when: Predicate | None = None


@dataclass(frozen=True)
class Resume:
    """Ends the open pause of a clock with the day named."""

    rule: str
    until: str
    when: Predicate | None = None


@dataclass(frozen=True)
class Extend:
    """Adds one approved extension to the clock whose rule stands in the data field ``clock``."""


@dataclass(frozen=True)
class Restart:
    """Voids the running clock of a rule and opens it again from a new start (order 121 art. 35)."""

    rule: str
    at: str


@dataclass(frozen=True)
class Hand:
    """Gives the running clocks to whoever handles the case now, without touching their days.

    What another platform waits for stays with the centre that answers it; what the superior must decide stays there.
    """

    when: Predicate | None = None


@dataclass(frozen=True)
class Recount:
    """Computes the running clocks anew on the calendar of the step."""


#: The state before a case exists.
NEW = "new"

Move = Recount | Hand | Start | Meet | Void | Pause | Resume | Extend | Restart


@dataclass(frozen=True)
class Tell:
    """A notice that the action issues.

    Args:
        form: key of the notice.
        to: roles of parties that are told; represented parties are told through their representative.
        required: the case cannot close before it is proven.
        meets: rule of the clock that ends when all notices of this action are proven.
        when: issued only if this holds.
    """

    form: str
    to: tuple[str, ...]
    required: bool = True
    meets: str = ""
    when: Predicate | None = None


@dataclass(frozen=True)
class NewChild:
    """A child row that a step adds beside event, clocks and notices."""

    table: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One action of one kind of case. See ``docs/lifecycle.md`` for the drawn tables.

    Args:
        action: stable name, the same in tables, API, events and documentation.
        label: Chinese button text.
        states: states in which it may be taken.
        to: next state; None: stays.
        who: capacities and roles that may take it.
        fields: what must be entered.
        guards: what must hold besides.
        fold: how the facts change.
        columns: changes of the case's own columns (organisation, assignee, …).
        moves: what happens to clocks.
        tells: notices issued.
        children: rows added.
        follow: action taken right after, within the same transaction.
        article: key of the articles the action rests on (``jiesu.law.articles``).
        approval: setting under which only the responsible head decides; ``"law"`` where the law itself says so.
        proposed_by: who may draft the decision without being able to take it (a commissioned body).
        only_with_law: open only on days on which some instrument knows the action (``article``).
        effect: dotted key of an effect of a floor above.
        decides: the action is a decision: it sets ``decided_at`` and the outcome.
        warn: texts shown before the action that do not block it.
        group: where the button stands: ``main``, ``daily``, ``more``.
        quiet: changes nothing that an open screen rests on, so it makes no screen stale.
    """

    action: str
    label: Label
    states: frozenset[str]
    who: tuple[By, ...]
    to: str | Branch | None = None
    fields: tuple[Field, ...] = ()
    guards: tuple[Guard, ...] = ()
    fold: Fold | None = None
    columns: Callable[[CaseState, Data, Context], dict[str, Any]] | None = None
    moves: tuple[Move, ...] = ()
    tells: tuple[Tell, ...] = ()
    children: Children | None = None
    follow: Callable[[CaseState, Data, Context], tuple[tuple[str, Data], ...]] | None = None
    jobs: tuple[str, ...] = ()
    article: str = ""
    approval: str = ""
    proposed_by: tuple[By, ...] = ()
    only_with_law: bool = False
    effect: str = ""
    decides: bool = False
    outcome: str = ""
    warn: Callable[[CaseState, Context], tuple[str, ...]] | None = None
    group: str = "daily"
    quiet: bool = False
    help: Label = ""

    def targets(self) -> tuple[str, ...]:
        """Every state the action may lead to; empty where the case stays."""
        if self.to is None:
            return ()
        return self.to.to if isinstance(self.to, Branch) else (self.to,)

    def leads(self, state: str) -> tuple[str, ...]:
        """States that the action may lead to from one state; empty where the case stays."""
        if isinstance(self.to, Branch) and self.to.leads:
            return self.to.leads.get(state, ())
        return self.targets()


def narrowed(who: tuple[By, ...], kind: str) -> tuple[By, ...]:
    """Who may, less those who never see a case of this kind: shared rows name everybody they suit."""
    found: list[By] = []
    for each in who:
        if not each.roles:
            found.append(each)
            continue
        seeing = each.roles & roles_that_see(each.capacity, kind)
        if seeing:
            found.append(By(each.capacity, seeing))
    return tuple(found)


#: What the centre owes until the case is with somebody who handles it.
DISTRIBUTION = "service.distribution"


def _out_of_the_centre(row: Row) -> Row:
    """Whatever takes a case on from its registering does what the centre owed."""
    leaves = State.REGISTERED in row.states and State.REGISTERED not in row.targets() and row.to is not None
    return replace(row, moves=(Meet(DISTRIBUTION), *row.moves)) if leaves else row


@dataclass(frozen=True)
class Table:
    """The life cycle of one kind: its rows by action, in the order in which a person meets them."""

    kind: str
    rows: Mapping[str, Row] = field(default_factory=dict)

    @classmethod
    def of(cls, kind: str, *rows: Row) -> Table:
        """Raises ValueError when an action stands twice."""
        named: dict[str, Row] = {}
        for row in rows:
            if row.action in named:
                raise ValueError(f"{kind}: {row.action} stands twice")
            named[row.action] = row
        named = {a: _out_of_the_centre(r) for a, r in named.items()}
        # Shared rows name every state they suit; a kind keeps those that it can reach.
        reached = {NEW, *(s for r in named.values() for s in r.targets())}
        kept = {a: replace(r, states=r.states & reached, who=narrowed(r.who, kind)) for a, r in named.items()}
        return cls(kind, kept)

    def states(self) -> frozenset[str]:
        """Every state that some row starts from or leads to."""
        return frozenset(s for r in self.rows.values() for s in (*r.states, *r.targets()))


#: What was begun may be ended until the case is closed, wherever it stands by then.
UNTIL_CLOSED = frozenset(s.value for s in State) - ENDED


def states(*names: str) -> frozenset[str]:
    return frozenset(names)
