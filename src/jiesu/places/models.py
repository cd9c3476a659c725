"""Divisions and organisations: small reference tables, read by everybody, changed by an administrator."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DivisionLevel(models.TextChoices):
    """Level of a division in the order of GB/T 2260 and the statistics bureau's codes."""

    PROVINCE = "province", _("省级")
    CITY = "city", _("地级")
    COUNTY = "county", _("县级")
    TOWN = "town", _("乡级")
    VILLAGE = "village", _("村级")


class DivisionKind(models.TextChoices):
    """What a division is by its name; a zone has a statistics code but none of GB/T 2260."""

    PROVINCE = "province", _("省")
    AUTONOMOUS_REGION = "autonomous_region", _("自治区")
    MUNICIPALITY = "municipality", _("直辖市")
    CITY = "city", _("地级市")
    PREFECTURE = "prefecture", _("自治州、盟、地区")
    GROUP = "group", _("汇总码")
    DISTRICT = "district", _("市辖区")
    COUNTY = "county", _("县")
    COUNTY_CITY = "county_city", _("县级市")
    ZONE = "zone", _("管理区、开发区")
    STREET = "street", _("街道")
    TOWN = "town", _("镇")
    TOWNSHIP = "township", _("乡")
    COMMUNITY = "community", _("社区")
    VILLAGE = "village", _("村")
    OTHER = "other", _("其他")


class Division(models.Model):
    """An administrative division; ``code`` has 6 digits to the county, 9 for a town, 12 for a village."""

    code = models.CharField(_("区划代码"), max_length=12, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)
    level = models.CharField(_("层级"), max_length=8, choices=DivisionLevel.choices)
    kind = models.CharField(_("类别"), max_length=20, choices=DivisionKind.choices)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级"),
    )

    class Meta:
        verbose_name = _("行政区划")
        verbose_name_plural = _("行政区划")
        ordering = ("code",)
        indexes = (models.Index(fields=("level", "code"), name="places_division_level"),)

    def __str__(self) -> str:
        return self.name


class OrganisationType(models.TextChoices):
    """What an organisation is; only a bureau is a legal person that decides in its own name."""

    BUREAU = "bureau", _("市场监督管理局")
    CENTRE = "centre", _("12315投诉举报中心")
    OFFICE = "office", _("市场监管所")
    SECTION = "section", _("内设机构")
    COUNCIL = "council", _("消费者权益保护委员会")
    STATION = "station", _("消费维权服务站")
    PARTNER = "partner", _("协作部门")


class OrganisationLevel(models.TextChoices):
    """Level at which an organisation works."""

    PROVINCE = "province", _("省级")
    CITY = "city", _("市级")
    COUNTY = "county", _("县级")
    TOWN = "town", _("基层")


class Organisation(models.Model):
    """A bureau or a body that works with it.

    ``parent`` is the line of command: centre, offices and sections hang under their bureau, a county
    bureau under its city's. Councils, stations and partner departments hang under the bureau they work
    with, for display only; they are outside the line of command (``jiesu.places.jurisdiction``).
    """

    key = models.SlugField(_("标识"), max_length=60, unique=True)
    name = models.CharField(_("全称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=60)
    type = models.CharField(_("类型"), max_length=8, choices=OrganisationType.choices)
    level = models.CharField(_("层级"), max_length=8, choices=OrganisationLevel.choices)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级机构"),
    )
    division_code = models.CharField(_("辖区代码"), max_length=12)
    province = models.CharField(_("省代码"), max_length=6, blank=True)
    city = models.CharField(_("市代码"), max_length=6, blank=True)
    county = models.CharField(_("县代码"), max_length=6, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("机构")
        verbose_name_plural = _("机构")
        ordering = ("division_code", "id")
        indexes = (models.Index(fields=("division_code", "type"), name="places_org_division"),)

    def __str__(self) -> str:
        return self.short_name or self.name
