"""One row per case: what lists, rights and clocks read. Everything else is a child keyed (case, seq)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jiesu.cases.kinds import Channel, Kind, NationalStatus, State


def _open_work(level: str, column: str) -> models.Index:
    """The queue of one level in the order of its clock.

    The instant of registration comes last: it orders nothing, but what a month leaves out is then passed over in the
    index, without a look at each row.
    """
    return models.Index(
        F(column),
        F("due_at").asc(nulls_last=True),
        F("id"),
        F("registered_at"),
        name=f"case_open_{level}",
        condition=Q(closed_at=None),
    )


class Case(models.Model):
    """A complaint, report, lead, consultation or other matter.

    ``id`` is the number: division of the registering centre (6 digits), year (2), next value of one sequence (10).
    No code reads meaning out of it. Instants are UTC; sums are fen.
    """

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(_("类型"), max_length=16, choices=Kind.choices)
    state = models.CharField(_("状态"), max_length=16, choices=State.choices)
    contact_id = models.BigIntegerField(null=True)
    channel = models.CharField(_("渠道"), max_length=16, choices=Channel.choices)

    registered_by = models.ForeignKey(
        "places.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    organisation = models.ForeignKey(
        "places.Organisation", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    office = models.ForeignKey(
        "places.Organisation", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    assignee = models.ForeignKey(
        "people.Staff", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    # Codes of the line of command that the holder of the case stands in; rights go by these, not by place.
    province = models.CharField(max_length=6, default="", blank=True)
    city = models.CharField(max_length=6, default="", blank=True)
    county = models.CharField(max_length=6, default="", blank=True)

    received_at = models.DateTimeField(_("收到时间"))
    arrived_at = models.DateTimeField(_("到达有权机关时间"), null=True)
    registered_at = models.DateTimeField(_("登记时间"))
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True)

    due_at = models.DateTimeField(_("最近期限"), null=True)
    due_rule = models.CharField(max_length=40, default="", blank=True)
    unproven = models.PositiveSmallIntegerField(_("待证明的告知"), default=0)
    failed = models.PositiveSmallIntegerField(_("未能送达的告知"), default=0)

    title = models.CharField(_("诉求摘要"), max_length=120, default="", blank=True)
    respondent = models.CharField(_("被诉主体"), max_length=120, default="", blank=True)
    business_id = models.BigIntegerField(null=True)
    subject = models.CharField(_("类别"), max_length=20, default="", blank=True)
    amount = models.BigIntegerField(_("争议金额"), null=True)
    recovered = models.BigIntegerField(_("挽回损失"), null=True)
    outcome = models.CharField(_("结果"), max_length=32, default="", blank=True)
    anonymous = models.BooleanField(default=False)
    external_number = models.CharField(_("外部编号"), max_length=64, default="", blank=True)

    national_number = models.CharField(_("全国平台编号"), max_length=64, default="", blank=True)
    national_status = models.CharField(
        max_length=16, choices=NationalStatus.choices, default=NationalStatus.TO_ENTER
    )
    national_at = models.DateTimeField(null=True)
    national_by_id = models.BigIntegerField(null=True)

    version = models.PositiveIntegerField(default=0)
    next_seq = models.PositiveIntegerField(default=1)
    head = models.BinaryField()
    wrapped_key = models.BinaryField(null=True)
    facts = models.JSONField(default=dict)
    query_code_hash = models.BinaryField(null=True)
    query_failures = models.PositiveSmallIntegerField(default=0)
    query_locked_until = models.DateTimeField(null=True)
    redacted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        # Queue pages: one narrow index per level of the line of command, over open work alone.
        indexes = [
            _open_work("assignee", "assignee"),
            _open_work("office", "office"),
            _open_work("organisation", "organisation"),
            _open_work("centre", "registered_by"),
            _open_work("county", "county"),
            _open_work("city", "city"),
            _open_work("province", "province"),
            # What a bureau's desks have taken in and nobody has routed yet.
            models.Index(
                F("county"),
                F("due_at").asc(nulls_last=True),
                F("id"),
                name="case_open_unrouted",
                condition=Q(closed_at=None, organisation=None),
            ),
            # What could not be told stands above everything else; there is little of it at any time.
            models.Index(
                fields=["due_at", "id"], name="case_failed_notice", condition=Q(closed_at=None, failed__gt=0)
            ),
            # Lists of everything, newest first: one for each capacity in which somebody sees cases.
            models.Index(fields=["assignee", "-registered_at"], name="case_assignee_registered"),
            models.Index(fields=["office", "-registered_at"], name="case_office_registered"),
            models.Index(fields=["organisation", "-registered_at"], name="case_organisation_registered"),
            models.Index(fields=["county", "-registered_at"], name="case_county_registered"),
            models.Index(fields=["city", "-registered_at"], name="case_city_registered"),
            models.Index(fields=["province", "-registered_at"], name="case_province_registered"),
            models.Index(
                fields=["county", "-registered_at"], name="case_receiving", condition=Q(organisation=None)
            ),
            models.Index(fields=["registered_by", "-registered_at"], name="case_centre_registered"),
            # A day's cases, to be counted anew.
            models.Index(fields=["received_at"], name="case_received"),
            models.Index(
                fields=["business_id", "-registered_at"],
                name="case_business",
                condition=Q(business_id__isnull=False),
            ),
            models.Index(fields=["external_number"], name="case_external", condition=~Q(external_number="")),
            models.Index(fields=["national_number"], name="case_national", condition=~Q(national_number="")),
            models.Index(
                fields=["organisation", "id"],
                name="case_not_on_platform",
                condition=Q(national_status="to_enter"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    # Django's own hash all choices, and so translate them, each time a label is asked for: a fifth of a queue page.
    def get_kind_display(self) -> str:
        """The kind in words."""
        return str(Kind(self.kind).label) if self.kind in _KINDS else self.kind

    def get_state_display(self) -> str:
        """The state in words."""
        return str(State(self.state).label) if self.state in _STATES else self.state


_KINDS = frozenset(Kind.values)
_STATES = frozenset(State.values)
