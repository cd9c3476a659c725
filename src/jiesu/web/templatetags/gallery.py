"""Sample values for the style gallery: `{% load gallery %}{% samples as sample %}`."""

from datetime import date, datetime

from django import template
from django.utils.safestring import SafeString

from jiesu.web.templatetags.jiesu import number
from jiesu.web.templatetags.presentation import SHANGHAI, DueChip

register = template.Library()

Row = dict[str, object]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


CHIPS = {
    "hours": DueChip(left=3, unit="hour", due=date(2026, 11, 23)),
    "today": DueChip(left=0, due=date(2026, 11, 23)),
    "near": DueChip(left=2, unit="workday", due=date(2026, 11, 25)),
    "calm": DueChip(left=21, due=date(2026, 12, 14)),
    "far": DueChip(left=67, due=date(2027, 1, 29), provisional=True, level="azure"),
    "late": DueChip(left=-1, due=date(2026, 11, 22)),
    "paused": DueChip(state="suspended"),
    "met": DueChip(state="met"),
    "met_late": DueChip(state="met_late"),
    "none": DueChip(state="none"),
}

CASES: list[tuple[int, str, str, str, str, str, str, str, str]] = [
    (430903260000000187, "complaint", "投诉", "网购洗衣机送货后无法脱水，商家拒绝七日无理由退货", "益阳某某电子商务有限公司",
     "赫山区市场监管局", "registered", "待受理", "hours"),
    (430903260000000181, "report", "举报", "药店销售超过有效期的板蓝根颗粒，附购物小票与照片", "赫山区某某大药房",
     "桃花仑市场监管所", "verifying", "核查中", "near"),
    (430902260000000944, "complaint", "投诉", "健身房闭店后预付卡余额 3680 元拒绝退还", "某某健身（资江西路店）",
     "大码头市场监管所", "mediating", "调解中", "calm"),
    (430902260000000931, "complaint", "投诉", "合同约定四星酒店实际入住民宿，要求退还差价", "某某旅行社有限公司",
     "资阳区市场监管局", "registered", "待受理", "today"),
    (430900260000000902, "consultation", "咨询", "咨询七日无理由退货适用范围及生鲜商品除外情形", "—",
     "12315 中心", "answered", "已答复", "met"),
    (430981260000000655, "report", "举报", "外卖商家无《食品经营许可证》从事网络餐饮服务", "某某餐饮管理有限公司",
     "琼湖市场监管所", "extended", "延期核查", "late"),
    (430921260000000610, "complaint", "投诉", "新购电动车续航里程与宣传严重不符，拒绝更换电池", "某某汽车销售服务公司",
     "南县市场监管局", "accepted", "已受理", "paused"),
    (430922260000000466, "report", "举报", "电子秤短斤缺两，复秤 500 克实为 430 克", "某某生鲜超市",
     "桃江县市场监管局", "filed", "立案", "far"),
]  # fmt: skip


def fields() -> list[Row]:
    return [
        {"name": "person", "label": "您的姓名", "required": True, "value": "张小明", "autocomplete": "name"},
        {"name": "phone", "label": "手机号码", "required": True, "value": "1381234", "input": "tel", "inputmode": "numeric",
         "help": "办理人员会用这个号码和您联系。", "errors": ["手机号码应为 11 位数字"]},
        {"name": "kind", "label": "您要办什么", "type": "choice", "display": "radio", "required": True, "value": "complaint",
         "choices": [
             {"value": "complaint", "label": "投诉", "help": "和商家有纠纷，想退款、换货、赔偿"},
             {"value": "report", "label": "举报", "help": "发现商家违法，请市场监管部门查处"}]},
        {"name": "story", "label": "事情经过", "type": "text", "required": True, "maxlength": 2000, "rows": 5,
         "help": "什么时候、在哪里买的、出了什么问题、和商家怎么谈的。"},
        {"name": "amount", "label": "涉及金额", "type": "money", "value": "3680.00", "optional_mark": True},
        {"name": "bought_on", "label": "购买日期", "type": "date", "value": "2026-11-11"},
        {"name": "met_at", "label": "调解时间", "type": "datetime", "value": "2026-11-26T09:30"},
        {"name": "county", "label": "商家所在县区", "type": "organisation", "value": "430903",
         "choices": [("430902", "资阳区"), ("430903", "赫山区"), ("430981", "沅江市")]},
        {"name": "wishes", "label": "您的要求", "type": "multi", "value": ["refund"],
         "choices": [("refund", "退款"), ("exchange", "换货"), ("compensation", "赔偿损失")]},
        {"name": "proof", "label": "照片和凭证", "type": "file", "multiple": True, "accept": "image/*,.pdf",
         "optional_mark": True, "help": "小票、合同、聊天截图都可以，每个不超过 20 MB。"},
        {"name": "agree", "label": "同意由消费者委员会协助调解", "type": "bool", "value": True},
    ]  # fmt: skip


TIMELINE: list[Row] = [
    {"at": at(23, 9, 30), "title": "受理投诉", "text": "符合受理条件，已通知双方。", "who": "李明 · 赫山区市场监管局",
     "icon": "circle-check", "tone": "good", "badge": "按期"},
    {"at": at(20, 15, 5), "title": "分送至赫山区市场监督管理局", "who": "12315 中心", "icon": "send", "tone": "doing"},
    {"at": at(20, 14, 41), "title": "登记来件", "text": "来源：互联网", "who": "系统", "icon": "inbox"},
]  # fmt: skip

STEPS: list[Row] = [
    {"label": "已收到", "text": "您的投诉已经登记。", "at": at(20, 14, 41), "done": True},
    {"label": "已受理", "text": "赫山区市场监督管理局决定受理。", "at": at(23, 9, 30), "done": True},
    {
        "label": "正在调解",
        "text": "工作人员会联系您和商家。最迟 2027 年 1 月 22 日前有结果。",
        "current": True,
    },
    {"label": "办结", "text": "结果会发短信告诉您。"},
]

STATS: list[Row] = [
    {"label": "待受理", "value": 37, "note": "3 件今日到期", "tone": "red"},
    {"label": "办理中", "value": 214, "note": "较昨日 +12", "tone": "blue"},
    {"label": "即将超期", "value": 9, "note": "24 小时内", "tone": "orange"},
    {"label": "已超期", "value": 2, "note": "需说明原因", "tone": "red", "url": "#late"},
    {"label": "本月办结率", "value": "98.6%", "note": "目标 98%", "tone": "green"},
]

NAVIGATION: list[Row] = [
    {"label": "工作台", "url": "#", "icon": "layout-dashboard", "key": "h"},
    {"label": "案件队列", "url": "#", "icon": "inbox", "key": "q", "active": True, "badge": 37},
    {"label": "登记来件", "url": "#", "icon": "circle-plus", "key": "n"},
    {"label": "热线坐席", "url": "#", "icon": "phone-call", "key": "t"},
    {"label": "举报核查", "url": "#", "icon": "message-report"},
    {"label": "调解管理", "url": "#", "icon": "scale"},
    {"label": "督办", "url": "#", "icon": "bell-ringing", "badge": 2},
    {"divider": True, "label": "分析与档案"},
    {"label": "统计分析", "url": "#", "icon": "chart-bar", "key": "s"},
    {"label": "指挥大屏", "url": "#", "icon": "map-2"},
    {"label": "主体档案", "url": "#", "icon": "building-store"},
    {"label": "系统管理", "url": "#", "icon": "settings"},
]


@register.simple_tag
def samples() -> Row:
    rows = [
        {"id": str(c[0]), "number": c[0], "kind": c[1], "kind_label": c[2], "summary": c[3], "subject": c[4],
         "office": c[5], "state": c[6], "state_label": c[7], "due": CHIPS[c[8]]}
        for c in CASES
    ]  # fmt: skip
    return {
        "navigation": NAVIGATION,
        "chips": list(CHIPS.values()),
        "cases": rows,
        "fields": fields(),
        "timeline": TIMELINE,
        "steps": STEPS,
        "stats": STATS,
        "tabs": [
            {"label": "全部", "url": "#", "active": True, "count": 251, "key": "1"},
            {"label": "投诉", "url": "#", "count": 180, "key": "2"},
            {"label": "举报", "url": "#", "count": 54, "key": "3"},
            {"label": "咨询", "url": "#", "count": 17, "key": "4"},
        ],
        "columns": [{"label": "编号"}, {"label": "主体"}, {"label": "金额", "numeric": True}],
        "rows": [
            {
                "id": "1",
                "url": "#",
                "cells": [number(430903260000000187), "某某超市", {"text": "¥88.00", "end": True}],
            }
        ],
        "bulk": [
            {"label": "批量分送", "url": "#", "icon": "send"},
            {"label": "批量打印", "url": "#", "icon": "printer"},
        ],
        "menu": [
            {"label": "个人设置", "url": "#", "icon": "user"},
            {"label": "退出登录", "url": "#", "icon": "logout", "post": True},
        ],
        "now": at(23, 9, 30),
        "number": SafeString(number(430903260000000187)),
        "chart": {
            "xAxis": {"type": "category", "data": ["7月", "8月", "9月", "10月", "11月"]},
            "yAxis": {"type": "value"},
            "legend": {},
            "tooltip": {"trigger": "axis"},
            "series": [
                {"name": "投诉", "type": "bar", "data": [820, 932, 901, 1034, 1290]},
                {"name": "举报", "type": "line", "data": [220, 182, 191, 234, 290]},
            ],
        },
        "chart_id": "sample-chart",
    }
