"""What belongs to the faces alone: a person's own settings of the screen."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A list of cases that a person has given a name: the filters as a query string."""

    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(max_length=400)

    class Meta:
        verbose_name = _("我的视图")
        verbose_name_plural = _("我的视图")
        constraints = (models.UniqueConstraint(fields=("staff", "name"), name="web_saved_view_name"),)

    def __str__(self) -> str:
        return self.name
