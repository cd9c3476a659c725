"""One complaint and one report with everything a notice can ask for."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jiesu.notices import document_number, is_numbered

BEFORE, AFTER = date(2026, 4, 14), date(2026, 4, 15)

FIELDS: dict[str, Any] = {
    "bureau_name": "益阳市资阳区市场监督管理局",
    "bureau_phone": "0737-4300000",
    "bureau_address": "益阳市资阳区五一西路1号",
    "office_name": "资阳区大码头市场监督管理所",
    "office_phone": "0737-4311111",
    "contact_person": "李承办",
    "case_number": 430902260000000123,
    "complainant_name": "张三",
    "respondent_name": "资阳区光明电器店",
    "complainant_details": "联系地址：益阳市资阳区大码头街道",
    "respondent_details": "统一社会信用代码：92430902MA4ABCDE1X",
    "received_on": date(2026, 4, 7),
    "accepted_on": date(2026, 4, 10),
    "matter": "购买电饭煲的质量",
    "claims": "退还货款399元",
    "reasons": "经查，双方对事实的陈述不一致，详见调解笔录。",
    "competent": "益阳市赫山区市场监督管理局",
    "earlier": "益阳市消费者委员会，益消投〔2026〕5号",
    "items": "（一）居民身份证复印件；\n（二）购物小票。",
    "answer_by": date(2026, 4, 16),
    "commission": True,
    "session_at": datetime(2026, 4, 20, 14, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
    "session_place": "大码头市场监督管理所二楼调解室",
    "session_method": "on_site",
    "mediator": "王调解",
    "bring": "购物小票、电饭煲",
    "recusal_by": date(2026, 4, 18),
    "recused": True,
    "terms": "一、被投诉人于2026年4月25日前退还货款399元。\n二、双方无其他争议。",
    "recovered": 39900,
    "duty_law": "中华人民共和国食品安全法",
    "duty_article": "第一百一十五条第一款",
    "result": "经核查，我局已于2026年4月14日立案调查。",
    "within_regulation": True,
    "case_kind": "投诉",
    "sender_name": "张三",
    "report_by": date(2026, 5, 20),
    "copies": 1,
    "pages": 3,
    "reply": "除法律规定的商品外，网购商品可以自收到之日起七日内退货。",
    "source": "《中华人民共和国消费者权益保护法》第二十五条",
    "other_matter": "政府信息公开申请",
    "advice": "请向益阳市资阳区市场监督管理局办公室提出。",
}

NAMES = {
    "complainant": "张三",
    "respondent": "资阳区光明电器店",
    "informant": "李四",
    "enquirer": "王五",
    "organisation": "益阳市赫山区市场监督管理局",
}

GROUNDS = {
    ("6", BEFORE): "20.15.2",
    ("6", AFTER): "121.16.2",
    ("8", BEFORE): "20.21.4",
    ("8", AFTER): "121.23.3",
}


def fields(form: str, on: date, **changed: Any) -> dict[str, Any]:
    """The elements for a form on a day; None takes one away."""
    made = {**FIELDS, "ground": GROUNDS.get((form, on))}
    made["addressee_name"] = NAMES.get(changed.get("to", "complainant"))
    if is_numbered(form):
        made["number"] = document_number("资", form, on.year, 12)
    made |= changed
    return {name: value for name, value in made.items() if value is not None}
