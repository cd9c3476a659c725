"""Staff and what belongs to them: roles, leave cover, tokens; settings, calendar years, access log."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jiesu.people.roles import Role
from jiesu.places.models import Organisation, OrganisationType


class StaffManager(BaseUserManager["Staff"]):
    """Finds staff by login name; accounts are made by ``jiesu.people.accounts.create_staff``."""


class Staff(AbstractBaseUser):
    """A member of staff. Rights come from role assignments, never from flags on this row."""

    username = models.CharField(_("登录名"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="staff", verbose_name=_("所在机构")
    )
    title = models.CharField(_("职务"), max_length=60, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    email = models.EmailField(_("电子邮箱"), blank=True)
    certificate_number = models.CharField(_("行政执法证号"), max_length=40, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    is_demonstration = models.BooleanField(_("演示账号"), default=False)
    created_at = models.DateTimeField(_("建立时间"))
    password_changed_at = models.DateTimeField(_("密码修改时间"), null=True, blank=True)

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("工作人员")
        verbose_name_plural = _("工作人员")

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Django's admin is not used; nobody enters it."""
        return False

    @property
    def office(self) -> Organisation | None:
        """The market office where the person sits, if it is one."""
        return self.organisation if self.organisation.type == OrganisationType.OFFICE else None

    def get_full_name(self) -> str:
        """Name as shown."""
        return self.name

    def get_short_name(self) -> str:
        """Name as shown."""
        return self.name


class RoleAssignment(models.Model):
    """A role in an organisation, from one day to another (both included; no end while it lasts)."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(_("角色"), max_length=16, choices=Role.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="assignments")
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True, blank=True)
    acting = models.BooleanField(_("代理"), default=False)
    granted_by = models.ForeignKey(
        Staff,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="granted",
        verbose_name=_("授权人"),
    )

    class Meta:
        verbose_name = _("角色授权")
        verbose_name_plural = _("角色授权")
        constraints = (
            models.UniqueConstraint(
                fields=("staff", "role", "organisation", "valid_from"), name="people_role_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="people_role_period",
            ),
        )
        indexes = (models.Index(fields=("organisation", "role"), name="people_role_in_organisation"),)

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role}"


class LeaveCover(models.Model):
    """While ``absent`` is away (days, both included), ``deputy`` acts with the absent person's roles."""

    absent = models.ForeignKey(
        Staff, on_delete=models.PROTECT, related_name="absences", verbose_name=_("休假人")
    )
    deputy = models.ForeignKey(
        Staff, on_delete=models.PROTECT, related_name="covers", verbose_name=_("代班人")
    )
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    created_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("休假代班")
        verbose_name_plural = _("休假代班")
        constraints = (
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="people_cover_period"),
            models.CheckConstraint(condition=~Q(absent=F("deputy")), name="people_cover_two_persons"),
        )
        indexes = (models.Index(fields=("deputy", "until"), name="people_cover_deputy"),)

    def __str__(self) -> str:
        return f"{self.absent_id} → {self.deputy_id}"


class AccessAct(models.TextChoices):
    """Ways of looking that are recorded."""

    REVEAL = "reveal", _("显示隐藏信息")
    EXPORT = "export", _("导出")
    DOWNLOAD = "download", _("下载文件")
    OPEN_REPORT = "open_report", _("查看举报")
    SEARCH = "search", _("检索")
    PRINT = "print", _("打印")
    LOGIN = "login", _("登录")
    SETTING = "setting", _("变更设置")
    ACCOUNT = "account", _("变更账号")
    TOKEN = "token", _("接口令牌")


class AccessLog(models.Model):
    """Who looked at what. Rows are only ever added: the database refuses anything else."""

    at = models.DateTimeField(_("时间"))
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    act = models.CharField(_("行为"), max_length=16, choices=AccessAct.choices)
    case_id = models.BigIntegerField(_("办件编号"), null=True, blank=True)
    detail = models.JSONField(_("说明"), default=dict)

    class Meta:
        verbose_name = _("查阅日志")
        verbose_name_plural = _("查阅日志")
        indexes = (
            models.Index(fields=("case_id", "at"), name="people_access_case"),
            models.Index(fields=("staff", "at"), name="people_access_staff"),
            models.Index(fields=("at",), name="people_access_at"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act}"


class Setting(models.Model):
    """A value of law or service, in force from a day once a second person has confirmed it.

    ``organisation`` empty means the whole installation. Rows are kept: the value of an earlier day
    must stay readable.
    """

    key = models.CharField(_("键"), max_length=80)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="settings"
    )
    value = models.JSONField(_("值"))
    valid_from = models.DateField(_("生效日"))
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    proposed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("提出时间"))
    confirmed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    rejected_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    rejected_at = models.DateTimeField(_("否决时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("设置")
        verbose_name_plural = _("设置")
        constraints = (
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="people_setting_two_persons",
            ),
        )
        indexes = (models.Index(fields=("key", "organisation", "valid_from"), name="people_setting_look_up"),)

    def __str__(self) -> str:
        return f"{self.key}@{self.valid_from}"


class CalendarYear(models.Model):
    """An imported holiday schedule of one year. ``version`` counts all imports of this installation, so
    that one number names the whole calendar as it stood; 0 is the calendar that is shipped."""

    version = models.PositiveIntegerField(_("版本"), primary_key=True)
    year = models.PositiveSmallIntegerField(_("年份"))
    data = models.JSONField(_("放假安排"))
    imported_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("导入时间"))

    class Meta:
        verbose_name = _("年度放假安排")
        verbose_name_plural = _("年度放假安排")
        ordering = ("version",)

    def __str__(self) -> str:
        return f"{self.year} v{self.version}"


class ApiToken(models.Model):
    """A bearer token; only its hash is kept."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("末四位"), max_length=4)
    name = models.CharField(_("用途"), max_length=80)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="tokens")
    scopes = models.JSONField(_("范围"), default=list)
    created_at = models.DateTimeField(_("建立时间"))
    expires_at = models.DateTimeField(_("失效时间"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")

    def __str__(self) -> str:
        return self.name
