"""Tables of hot spots. They hold keyed hashes, days, counts and checked words; never a text, a name or a telephone.

Numbers that people read are counted from the cases themselves, within the reader's rights (``queries``).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Progress(models.Model):
    """How far the grouping has come; one row.

    ``vocabulary`` says in how many of ``texts`` sampled cases each feature occurs (``features.Vocabulary``).
    """

    registered_until = models.DateTimeField(null=True)
    vocabulary = models.BinaryField(null=True)
    texts = models.PositiveIntegerField(default=0)
    renewed_at = models.DateTimeField(null=True)


class Spot(models.Model):
    """A group of similar cases. A case is in one at most (``Member``).

    ``features`` and ``counts`` are what its members have in common: keyed hashes and in how many members each occurs.
    ``words`` are its label, found by the machine and checked. A spot that became like an older one is absorbed by it.
    """

    absorbed_by = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    first_day = models.DateField()
    last_day = models.DateField()
    size = models.PositiveIntegerField()
    features = ArrayField(models.IntegerField())
    counts = ArrayField(models.IntegerField())
    words = ArrayField(models.CharField(max_length=20), default=list)
    labelled_at_size = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(fields=("last_day",), name="hot_spot_last_day", condition=Q(absorbed_by=None)),
        )


class Opinion(models.Model):
    """What a bureau makes of a hot spot: its own name for it, whether it is put aside, with which one it belongs.

    Each bureau has its own: whoever sees a part of a hot spot neither hides nor renames it for others.
    """

    spot = models.ForeignKey(Spot, on_delete=models.PROTECT, related_name="opinions")
    organisation = models.ForeignKey("places.Organisation", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=60, default="", blank=True)
    dismissed = models.BooleanField(default=False)
    merged_into = models.ForeignKey(Spot, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "spot"), name="hot_opinion_once"),)


class Member(models.Model):
    """A case of a hot spot. ``person`` stands for who brought it in: a keyed hash that only tells persons apart;
    null where nobody is known, and once the case's personal data is erased."""

    case = models.OneToOneField(
        "cases.Case",
        on_delete=models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="hot_spot_member",
    )
    spot = models.ForeignKey(Spot, on_delete=models.PROTECT, related_name="members", db_index=False)
    day = models.DateField()
    person = models.BigIntegerField(null=True)
    urgency = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(fields=("spot", "day"), name="hot_member_spot_day"),
            models.Index(fields=("day", "spot"), name="hot_member_day"),
        )


class Placement(models.Model):
    """Where a bureau counts a case, other than where the machine has put it: in a hot spot made by hand, or in none.

    Like every opinion it holds for the bureau alone. Neither a sweep nor a rebuild touches it: the machine's own
    grouping (``Member``) goes on beneath.
    """

    organisation = models.ForeignKey(
        "places.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    case_id = models.BigIntegerField()
    spot = models.ForeignKey(Spot, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "case_id"), name="hot_placement_once"),
        )


class Single(models.Model):
    """The features of a recent case that resembles no other yet; removed when its time window has passed."""

    case_id = models.BigIntegerField(primary_key=True)
    day = models.DateField()
    person = models.BigIntegerField(null=True)
    urgency = models.PositiveSmallIntegerField(default=0)
    features = ArrayField(models.IntegerField())

    class Meta:
        indexes = (models.Index(fields=("day",), name="hot_single_day"),)


class Deed(models.TextChoices):
    """What a person did with a hot spot."""

    RENAME = "rename", _("改名")
    MERGE = "merge", _("合并")
    PART = "part", _("取消合并")
    DISMISS = "dismiss", _("忽略")
    REOPEN = "reopen", _("恢复关注")
    WARN = "warn", _("起草消费警示")
    SUPERVISE = "supervise", _("督办")
    TAKE_OUT = "take_out", _("移出办件")
    SPLIT = "split", _("拆分")
    PUT_BACK = "put_back", _("放回办件")


class Decision(models.Model):
    """Who did what with a hot spot, when and why. Only ever added."""

    spot = models.ForeignKey(Spot, on_delete=models.PROTECT, related_name="decisions")
    organisation = models.ForeignKey("places.Organisation", on_delete=models.PROTECT, related_name="+")
    deed = models.CharField(max_length=10, choices=Deed.choices)
    at = models.DateTimeField()
    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    data = models.JSONField(default=dict)


class WarningState(models.TextChoices):
    """Where a consumer warning stands."""

    PROPOSED = "proposed", _("待负责人审批")
    PUBLISHED = "published", _("已发布")
    REFUSED = "refused", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤下")


class ConsumerWarning(models.Model):
    """A warning to consumers, written by one person, approved by a head who is another, then public."""

    spot = models.ForeignKey(Spot, on_delete=models.PROTECT, related_name="warnings", null=True)
    organisation = models.ForeignKey(
        "places.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("发布机关")
    )
    title = models.CharField(_("标题"), max_length=60)
    text = models.TextField(_("正文"), max_length=2000)
    state = models.CharField(max_length=10, choices=WarningState.choices, default=WarningState.PROPOSED)
    author = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, default="", blank=True)
    withdrawn_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("-decided_at",), name="warning_public", condition=Q(state="published")),
            models.Index(fields=("organisation", "-proposed_at"), name="warning_organisation"),
        )


class SupervisionNotice(models.Model):
    """A supervision notice 督办单: what a bureau asks of those below about a hot spot, and by which day it wants an answer.

    ``title`` is what the hot spot was called, ``note`` is masked. ``key`` is the same for the same sending.
    """

    spot = models.ForeignKey(Spot, on_delete=models.PROTECT, related_name="notices")
    organisation = models.ForeignKey(
        "places.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    title = models.CharField(max_length=120)
    note = models.CharField(max_length=500)
    answer_by = models.DateField()
    key = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "key"), name="hot_notice_once"),)
        indexes = (models.Index(fields=("organisation", "-at"), name="hot_notice_organisation"),)


class NoticeState(models.TextChoices):
    """How a bureau's part of a supervision notice stands."""

    OPEN = "open", _("待答复")
    ANSWERED = "answered", _("已答复，待认可")
    ACCEPTED = "accepted", _("答复已认可")
    WITHDRAWN = "withdrawn", _("已撤回")


class NoticeAddress(models.Model):
    """A bureau to which a supervision notice goes, its cases that were urged, and how it stands.

    ``answer_by`` is the notice's day until an answer is sent back with a new one. ``answer`` is the one that stands; what was
    answered before is among the steps.
    """

    notice = models.ForeignKey(
        SupervisionNotice, on_delete=models.PROTECT, related_name="addresses", db_index=False
    )
    organisation = models.ForeignKey(
        "places.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    cases = ArrayField(models.BigIntegerField())
    state = models.CharField(max_length=10, choices=NoticeState.choices, default=NoticeState.OPEN)
    answer_by = models.DateField()
    answer = models.CharField(max_length=1000, default="", blank=True)
    answered_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", null=True)
    answered_at = models.DateTimeField(null=True)
    #: Counted where a list asks for them (``notices.received``).
    reminders: int
    returns: int

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("notice", "organisation"), name="hot_address_once"),
            models.CheckConstraint(
                condition=Q(state__in=("open", "withdrawn"), answered_at=None)
                | Q(state__in=("answered", "accepted"), answered_at__isnull=False),
                name="hot_address_state",
            ),
        )
        indexes = (
            models.Index(fields=("organisation", "-notice"), name="hot_address_organisation"),
            models.Index(fields=("organisation",), name="hot_address_waiting", condition=Q(state="open")),
            models.Index(fields=("answer_by",), name="hot_address_day", condition=Q(state="open")),
        )


class NoticeDeed(models.TextChoices):
    """What was done about a bureau's part of a supervision notice."""

    ANSWER = "answer", _("答复")
    ACCEPT = "accept", _("认可答复")
    SEND_BACK = "send_back", _("退回补充")
    REMIND = "remind", _("催办")
    WITHDRAW = "withdraw", _("撤回")


class NoticeStep(models.Model):
    """Who did what about a bureau's part of a supervision notice, when and with which words. Only ever added.

    ``staff`` is null where the day has passed and the system reminded. ``day`` is the day of answering that held then; with
    ``send_back`` the new one. ``words`` are masked.
    """

    address = models.ForeignKey(NoticeAddress, on_delete=models.PROTECT, related_name="steps")
    deed = models.CharField(max_length=10, choices=NoticeDeed.choices)
    at = models.DateTimeField()
    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", null=True)
    day = models.DateField()
    words = models.CharField(max_length=1000, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("address", "day"), name="hot_step_late_once", condition=Q(deed="remind", staff=None)
            ),
        )
