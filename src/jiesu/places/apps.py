"""Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    """Application ``jiesu.places``."""

    name = "jiesu.places"
    label = "places"
    verbose_name = _("地域与机构")
    default_auto_field = "django.db.models.BigAutoField"
