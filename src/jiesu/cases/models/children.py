"""Children of a case, keyed (case, seq). The seq is taken from the case row under its lock, shared by all children.

New rows by ``create`` or ``bulk_create`` only: ``save`` on a new row with a composite key asks the database twice.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jiesu.cases.kinds import ClockState, LinkType, PartyRole


class Child(models.Model):
    """Base of everything that belongs to one case."""

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    seq = models.PositiveIntegerField()

    class Meta:
        abstract = True


class Event(Child):
    """What happened: codes, ids, dates and sums only, chained to the event before it. Never changed, never removed."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=12)
    organisation_id = models.BigIntegerField(null=True)
    type = models.CharField(max_length=40)
    schema = models.PositiveSmallIntegerField(default=1)
    data = models.JSONField(default=dict)
    hash = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["type", "at"], name="event_type_at")]


class Clock(Child):
    """A running, paused or finished period, with the law it rests on. The account is computed from these columns."""

    rule = models.CharField(max_length=40)
    instrument = models.CharField(max_length=40)
    article = models.CharField(max_length=40)
    statutory = models.BooleanField(default=True)
    started_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=ClockState.choices)
    met_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    holder_id = models.BigIntegerField(null=True)
    pauses = models.JSONField(default=list)
    extensions = models.PositiveSmallIntegerField(default=0)
    provisional = models.BooleanField(default=False)
    calendar_version = models.CharField(max_length=40)
    options = models.JSONField(default=dict)
    after_close = models.BooleanField(default=False)
    reason = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_on", "case_id"],
                name="clock_running",
                condition=Q(state__in=["open", "suspended"]),
            ),
        ]


class Party(Child):
    """A person or undertaking in the case. The plain values lie in ``sealed``; lists read the masked columns."""

    role = models.CharField(max_length=16, choices=PartyRole.choices)
    name_masked = models.CharField(max_length=120, default="", blank=True)
    phone_masked = models.CharField(max_length=40, default="", blank=True)
    sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True)
    id_index = models.BinaryField(null=True)
    capacity = models.CharField(max_length=20, default="", blank=True)
    represented_by = models.PositiveIntegerField(null=True)
    business_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone_index"], name="party_phone", condition=Q(phone_index__isnull=False)),
            models.Index(fields=["id_index"], name="party_identity", condition=Q(id_index__isnull=False)),
        ]


class Passage(Child):
    """A free text of the case, sealed with its key. Events refer to it by seq and salted digest."""

    purpose = models.CharField(max_length=40)
    sealed = models.BinaryField(null=True)
    digest = models.CharField(max_length=64)


class Message(Child):
    """Something told to somebody, or said by them: previewed, numbered, sent and proven."""

    class Direction(models.TextChoices):
        OUT = "out", _("发出")
        IN = "in", _("收到")

    class Status(models.TextChoices):
        DRAFT = "draft", _("草稿")
        QUEUED = "queued", _("待发送")
        SENT = "sent", _("已发出，待证明")
        BY_HAND = "by_hand", _("待人工告知")
        FAILED = "failed", _("发送失败")
        PROVEN = "proven", _("已送达有证明")
        RECEIVED = "received", _("已收到")
        VOID = "void", _("已作废")

    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.OUT)
    form = models.CharField(max_length=40)
    number = models.CharField(_("文号"), max_length=60, default="", blank=True)
    to_role = models.CharField(max_length=16, default="", blank=True)
    party_seq = models.PositiveIntegerField(null=True)
    event_seq = models.PositiveIntegerField(null=True)
    required = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=Status.choices)
    channel = models.CharField(max_length=16, default="", blank=True)
    subject = models.CharField(max_length=80, default="", blank=True)
    sealed = models.BinaryField(null=True)
    short = models.CharField(max_length=400, default="", blank=True)
    content_hash = models.CharField(max_length=64, default="", blank=True)
    address_masked = models.CharField(max_length=80, default="", blank=True)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_parts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    proven_at = models.DateTimeField(null=True)
    proof = models.CharField(max_length=24, default="", blank=True)
    proof_reference = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], name="message_owed", condition=Q(status="queued")),
        ]


class File(Child):
    """A file of the case: encrypted on disk, its SHA-256 on the row."""

    name = models.CharField(max_length=160)
    purpose = models.CharField(max_length=40, default="evidence")
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    from_citizen = models.BooleanField(default=False)
    restricted = models.BooleanField(default=False)
    at = models.DateTimeField()


class Participant(Child):
    """An organisation that takes part: centre, handling, assisting, commissioned, superior."""

    organisation = models.ForeignKey(
        "places.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    capacity = models.CharField(max_length=16)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation", "capacity", "case_id"],
                name="participant_open",
                condition=Q(until=None),
            ),
        ]


class Link(Child):
    """A tie to another case. Pending until the other side has written its own."""

    type = models.CharField(max_length=12, choices=LinkType.choices)
    other_id = models.BigIntegerField()
    initiating = models.BooleanField(default=True)
    pending = models.BooleanField(default=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(
                fields=["case_id", "seq"], name="link_pending", condition=Q(pending=True, initiating=True)
            ),
            models.Index(fields=["other_id"], name="link_other"),
        ]


class Session(Child):
    """A mediation session as planned and as held (order 121 arts. 20, 21)."""

    starts_at = models.DateTimeField()
    method = models.CharField(max_length=16)
    mediator_id = models.BigIntegerField(null=True)
    place_seq = models.PositiveIntegerField(null=True)
    result = models.CharField(max_length=16, default="planned")

    class Meta:
        indexes = [models.Index(fields=["mediator_id", "starts_at"], name="session_mediator")]


class Proposal(Child):
    """A decision drafted by a handler, waiting for the responsible head."""

    action = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    proposed_by_id = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    organisation_id = models.BigIntegerField()
    status = models.CharField(max_length=10, default="pending")
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["organisation_id", "proposed_at", "case_id"],
                name="proposal_pending",
                condition=Q(status="pending"),
            ),
        ]


class Suggestion(Child):
    """What the machine suggested and why, and what the person did with it."""

    topic = models.CharField(max_length=20)
    value = models.JSONField()
    reasons = models.JSONField(default=list)
    confidence = models.PositiveSmallIntegerField(default=0)
    taken = models.BooleanField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    model_version = models.CharField(max_length=20, default="", blank=True)


class ContactEntry(Child):
    """One entry of the contact log: number used, time, result, recording."""

    at = models.DateTimeField()
    to_role = models.CharField(max_length=16)
    channel = models.CharField(max_length=16)
    result = models.CharField(max_length=20)
    passage_seq = models.PositiveIntegerField(null=True)
    by_id = models.BigIntegerField(null=True)
