"""The case: the unit of transaction, permission, evidence and encryption."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "jiesu.cases"
    label = "cases"
    verbose_name = "案件"
