"""Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    """Application ``jiesu.insight``."""

    name = "jiesu.insight"
    label = "insight"
    verbose_name = _("统计分析")
