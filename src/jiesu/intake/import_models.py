"""Imports: what file was read, how far, and which of its rows have become cases already."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """One reading of one spreadsheet. The file itself lies sealed under ``JIESU_HOME/imports`` until it has been read.

    ``problems`` are (row, column, code, message) of rows that were refused; never what stood in them. ``failures`` counts how
    often it stopped since a person took it up; ``reference`` leads to the account of the last time in the log.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("等待导入")
        RUNNING = "running", _("正在导入")
        DONE = "done", _("已完成")
        STOPPED = "stopped", _("已中断")
        FAILED = "failed", _("未能完成")

    class Cause(models.TextChoices):
        """Why a run has stopped; what people read is ``stopping.words``."""

        DATABASE = "database"
        STORAGE = "storage"
        MEMORY = "memory"
        OTHER = "other"

    name = models.CharField(_("文件名"), max_length=160)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(default=0)
    format = models.CharField(_("格式"), max_length=40)
    channel = models.CharField(_("渠道"), max_length=16)
    dry_run = models.BooleanField(_("只检查"), default=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    registered_by = models.ForeignKey(
        "places.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    staff_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    written = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    unread_columns = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    error = models.CharField(max_length=200, blank=True, default="")
    wrapped_key = models.BinaryField(null=True)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    stopped_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=10, choices=Cause.choices, blank=True, default="", db_default="")
    reference = models.CharField(max_length=12, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("批量导入")
        verbose_name_plural = _("批量导入")
        indexes = (
            models.Index(fields=("registered_by", "-created_at"), name="import_run_organisation"),
            models.Index(
                fields=("touched_at",),
                name="import_run_owed",
                condition=models.Q(status__in=("waiting", "running")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class ImportedRow(models.Model):
    """A row that has been taken in: file hash (or the name of a generated year) and row. Never twice."""

    source = models.CharField(max_length=64)
    row = models.PositiveIntegerField()
    run_id = models.BigIntegerField(null=True)
    contact_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "row"), name="imported_row_once"),)

    def __str__(self) -> str:
        return f"{self.source[:8]}:{self.row}"


class NumberClaim(models.Model):
    """A number on another platform that a transaction is writing (``claims``): locked for as long as it lasts. A row says
    nothing afterwards."""

    key = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.key)
