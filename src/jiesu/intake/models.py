"""The contact: what came in, once. Statistics count contacts; clocks and states belong to cases."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jiesu.cases.kinds import Channel
from jiesu.intake.import_models import ImportedRow, ImportRun, NumberClaim

__all__ = ["Contact", "ImportRun", "ImportedRow", "NumberClaim", "Outcome", "PublicUse"]


class Outcome(models.TextChoices):
    """What became of a contact."""

    CASES = "cases", _("已立件")
    ADDED = "added", _("并入已有案件")
    ANSWERED = "answered", _("当场答复")
    ABANDONED = "abandoned", _("中途挂断")


class Contact(models.Model):
    """What came in: channel, line, original text, consents. A case names its contact; there is no key between them.

    ``sealed_text`` and ``sealed_details`` are encrypted with the contact's own key, wrapped like a case's.
    ``received_at`` is the first receipt anywhere (posted, signed for, submitted), ``registered_at`` the typing in.
    """

    channel = models.CharField(_("渠道"), max_length=16, choices=Channel.choices)
    line = models.CharField(_("线路"), max_length=40, blank=True, default="")
    kind = models.CharField(_("来件人所述类型"), max_length=16)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.CASES)
    received_at = models.DateTimeField(_("收到时间"))
    registered_at = models.DateTimeField(_("登记时间"))
    back_dated = models.BooleanField(_("补登"), default=False)
    registered_by = models.ForeignKey(
        "places.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    staff_id = models.BigIntegerField(null=True)
    external_number = models.CharField(_("外部编号"), max_length=64, blank=True, default="")
    tracking_number = models.CharField(_("邮寄单号"), max_length=64, blank=True, default="")
    consent_disclosure = models.BooleanField(null=True)
    consent_commission = models.BooleanField(null=True)
    wrapped_key = models.BinaryField(null=True)
    sealed_text = models.BinaryField(null=True)
    sealed_details = models.BinaryField(null=True)
    cases = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name = _("来件")
        verbose_name_plural = _("来件")
        indexes = (
            models.Index(fields=("received_at",), name="contact_received"),
            models.Index(
                fields=("external_number",), name="contact_external", condition=~Q(external_number="")
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)


class PublicUse(models.Model):
    """How often something was done in a stretch of time by somebody unknown. ``who`` is an index, never an address."""

    scope = models.CharField(max_length=20)
    who = models.BinaryField()
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("scope", "who", "since"), name="public_use_once"),)
        indexes = (models.Index(fields=("since",), name="public_use_since"),)
