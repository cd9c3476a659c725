"""Registers the application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages and interfaces."""

    name = "jiesu.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
