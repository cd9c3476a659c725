"""Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    """Application ``jiesu.intake``."""

    name = "jiesu.intake"
    label = "intake"
    verbose_name = _("来件登记")
    default_auto_field = "django.db.models.BigAutoField"
