"""Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BusinessesConfig(AppConfig):
    """Application ``jiesu.businesses``."""

    name = "jiesu.businesses"
    label = "businesses"
    verbose_name = _("经营者")
    default_auto_field = "django.db.models.BigAutoField"
