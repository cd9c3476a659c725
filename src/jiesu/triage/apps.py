"""Registers the application."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    """Suggestions."""

    name = "jiesu.triage"
    label = "triage"
    default_auto_field = "django.db.models.BigAutoField"
