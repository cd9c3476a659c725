"""Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """Application ``jiesu.notices``. It has no tables: what was issued belongs to its case."""

    name = "jiesu.notices"
    label = "notices"
    verbose_name = _("文书与告知")
    default_auto_field = "django.db.models.BigAutoField"
