"""Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Application ``jiesu.people``."""

    name = "jiesu.people"
    label = "people"
    verbose_name = _("人员与权限")
    default_auto_field = "django.db.models.BigAutoField"
