"""Long lists that the worker writes as spreadsheets: who asked, for what, and how far it is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ExportRun(models.Model):
    """One list that somebody wants as a spreadsheet. The file lies sealed under ``JIESU_HOME/exports`` for a day; then
    the row goes, and with it the key.

    ``sealed`` holds scope and filters, as they are and in words: they may name whom somebody looks for. ``same`` is an
    index of them, equal for the same wish, with nothing to read back. ``rights`` are the ids and codes by which the
    asker saw the rows when they were written.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("排队等待")
        RUNNING = "running", _("正在写")
        DONE = "done", _("已写好")
        FAILED = "failed", _("没有写成")

    class Problem(models.TextChoices):
        RIGHTS = "rights", _("您的岗位已经改变，这份清单不再在您的权限内。")
        FULL = "full", _("服务器的磁盘空间不足，请告诉系统管理员，腾出空间后再导出。")
        INTERRUPTED = "interrupted", _("后台写了几次都被中断，请缩小范围后再导出；仍不行请告诉系统管理员。")
        BROKEN = "broken", _("写这份清单时出错，请再导出一次；仍不行请告诉系统管理员。")

    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    problem = models.CharField(max_length=16, choices=Problem.choices, blank=True, default="")
    language = models.CharField(max_length=10)
    same = models.BinaryField(max_length=32)
    sealed = models.BinaryField()
    wrapped_key = models.BinaryField()
    rights = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cut = models.BooleanField(default=False)
    size = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("导出")
        verbose_name_plural = _("导出")
        constraints = (
            # Twice pressed is once written.
            models.UniqueConstraint(
                fields=("staff", "same"),
                condition=models.Q(status__in=("waiting", "running")),
                name="export_run_once",
            ),
        )
        indexes = (
            models.Index(fields=("staff", "-id"), name="export_run_staff"),
            models.Index(
                fields=("id",), name="export_run_owed", condition=models.Q(status__in=("waiting", "running"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"
