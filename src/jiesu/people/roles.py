"""Roles of staff. What a role may see and do is said elsewhere: visibility and the life-cycle tables."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Roles; one person may hold several, each in an organisation and for a time."""

    CALLTAKER = "calltaker", _("接线员")
    DISPATCHER = "dispatcher", _("分派员")
    HANDLER = "handler", _("承办人")
    MEDIATOR = "mediator", _("调解员")
    OFFICEHEAD = "officehead", _("所长")
    HEAD = "head", _("部门负责人")
    SUPERVISOR = "supervisor", _("督办员")
    LEGAL = "legal", _("法制机构")
    COUNCIL = "council", _("消委会人员")
    AUDITOR = "auditor", _("审计员")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")


#: Administration, security and audit are separated: nobody holds two of these, or one beside a working role.
SEPARATED: frozenset[str] = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})
WORKING: frozenset[str] = frozenset(Role.values) - SEPARATED


def may_combine(roles: frozenset[str] | set[str]) -> bool:
    """Tell whether one person may hold all of ``roles`` at once.

    >>> may_combine({"handler", "mediator"}), may_combine({"handler", "auditor"}), may_combine({"auditor"})
    (True, False, True)
    """
    return len(roles) < 2 or not (roles & SEPARATED)
