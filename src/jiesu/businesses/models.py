"""Businesses: whoever may be complained about or reported."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class BusinessKind(models.TextChoices):
    """What a business is to a consumer who buys from it."""

    MERCHANT = "merchant", _("经营者")
    PLATFORM = "platform", _("电子商务平台经营者")
    SHOP = "shop", _("平台内经营者")


class LicenceStatus(models.TextChoices):
    """State of the business licence as the registry last showed it."""

    UNKNOWN = "unknown", _("未查询")
    ACTIVE = "active", _("存续")
    MOVED = "moved", _("迁出")
    ABNORMAL = "abnormal", _("列入经营异常名录")
    REVOKED = "revoked", _("吊销")
    CANCELLED = "cancelled", _("注销")
    UNLICENSED = "unlicensed", _("无照经营")


class Business(models.Model):
    """One business. Without a credit code, name and address together tell it from others."""

    kind = models.CharField(
        _("类别"), max_length=8, choices=BusinessKind.choices, default=BusinessKind.MERCHANT
    )
    name = models.CharField(_("名称"), max_length=200)
    unified_credit_code = models.CharField(
        _("统一社会信用代码"), max_length=18, unique=True, null=True, blank=True
    )
    licence_status = models.CharField(
        _("登记状态"), max_length=10, choices=LicenceStatus.choices, default=LicenceStatus.UNKNOWN
    )
    licence_checked_at = models.DateTimeField(_("登记状态查询时间"), null=True, blank=True)
    address = models.CharField(_("地址"), max_length=300, blank=True)
    division_code = models.CharField(_("所在地区划代码"), max_length=12, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    phone = models.CharField(_("联系电话"), max_length=40, blank=True)
    platform = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="shops",
        verbose_name=_("所在平台"),
    )
    industry = models.CharField(_("行业门类"), max_length=1, blank=True, default="", db_default="")
    shop_name = models.CharField(_("店铺名称"), max_length=200, blank=True)
    shop_url = models.CharField(_("店铺网址"), max_length=500, blank=True)
    name_key = models.CharField(_("名称检索键"), max_length=200, editable=False)
    address_key = models.CharField(_("地址检索键"), max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(_("建立时间"))

    class Meta:
        verbose_name = _("经营者")
        verbose_name_plural = _("经营者")
        constraints = (
            models.UniqueConstraint(
                fields=("name_key", "address_key"),
                condition=Q(unified_credit_code__isnull=True),
                name="businesses_one_without_code",
            ),
        )
        indexes = (
            models.Index(fields=("name_key", "address_key"), name="businesses_name_and_place"),
            models.Index(fields=("division_code",), name="businesses_division"),
        )

    def __str__(self) -> str:
        return self.name
