"""Words of messages, combined by chance: as skewed as the real ones, with names that nobody else bears."""

from __future__ import annotations

import random

GOODS = (
    "手机", "电动车", "空调", "冰箱", "洗衣机", "电饭煲", "奶粉", "牛奶", "猪肉", "白酒", "茶叶", "芦笋", "化妆品",
    "面膜", "羽绒服", "皮鞋", "儿童玩具", "手表", "金项链", "眼镜", "轮胎", "汽车", "床垫", "沙发", "瓷砖", "净水器",
    "保健品", "药品", "血压计", "蛋糕", "外卖", "火锅", "自助餐", "健身卡", "美容卡", "洗车卡", "培训班", "游泳课",
    "婚纱照", "旅游团", "酒店房间", "机票", "演唱会门票", "停车位", "快递", "网约车", "充电桩", "话费套餐", "宽带",
    "装修", "家政服务", "宠物犬", "种子", "农药", "化肥", "钢材", "水泥", "门窗", "煤气罐", "热水器",
)  # fmt: skip
FAULTS = (
    "使用一天就坏了", "和页面描述的不一样", "过了保质期", "里面有异物", "缺斤少两", "没有生产日期", "是假冒的",
    "质量很差", "收货后发现破损", "一直不发货", "宣传的功能没有", "吃了以后拉肚子", "电池鼓包", "漏水", "甲醛超标",
    "标签上没有厂名厂址", "价格和标价不一样", "收了两次钱", "以次充好", "翻新机当新机卖", "余额不能用", "店铺关门了",
    "不履行三包", "强制搭售", "不开发票", "擅自改期", "虚假宣传", "夸大疗效", "开瓶费太高", "押金不退",
)  # fmt: skip
ANSWERS = (
    "商家拒绝处理", "客服一直推脱", "店员态度恶劣", "老板电话打不通", "商家只愿意换货", "平台说要等七天",
    "商家说过了退货期", "要求我自己承担运费", "至今没有答复", "让我去找厂家", "把我拉黑了", "只肯退一半",
)  # fmt: skip
CLAIMS = (
    "要求退款", "要求退货退款", "要求退一赔三", "要求退一赔十", "要求换货", "要求维修", "要求赔偿损失", "要求道歉",
    "要求退还预付卡余额", "要求退还押金", "要求履行合同", "希望查处", "请求依法处罚", "要求公开处理结果",
)  # fmt: skip
SHOPS = (
    "超市", "便利店", "酒店", "餐馆", "火锅店", "药店", "美容院", "健身房", "手机店", "服装店", "家电城", "建材店",
    "汽车销售服务有限公司", "商贸有限公司", "食品有限公司", "网络科技有限公司", "教育咨询有限公司", "养殖场",
)  # fmt: skip
STREETS = (
    "大码头街道",
    "金花湖路",
    "桃花仑路",
    "建设路",
    "人民路",
    "五一路",
    "朝阳路",
    "迎宾路",
    "长春路",
    "滨江路",
)
SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁任卢"
)
SIGNS = (
    "安博长春达德东方丰福光贵国海和宏华惠吉佳家建江金锦京景康乐丽利龙隆美民明宁平祺启强庆荣瑞润盛世顺泰天同万旺文"
    "祥欣新信兴星雅阳怡永优裕源悦云泽正志中众卓紫"
)

#: A word that stands in three cases of each ten thousand, and one that stands in none.
RARE = "藜麦粉"
ABSENT = "鸸鹋蛋"


def name(chance: random.Random) -> str:
    """A person's name."""
    return chance.choice(SURNAMES) + "".join(chance.sample(SIGNS, chance.choice((1, 2, 2))))


def shop(chance: random.Random, place: str) -> str:
    """A business; a few hundred in each county draw most of the complaints."""
    # Rank by chance squared: some are met often, most once.
    rank = int(400 * chance.random() ** 2)
    own = random.Random(f"{place}{rank}")
    return f"{place}{''.join(own.sample(SIGNS, 2))}{own.choice(SHOPS)}"


def phone(chance: random.Random) -> str:
    return f"1{chance.choice('3578')}{chance.randrange(10**9):09d}"


def message(chance: random.Random, goods: str, brand: str) -> str:
    """What somebody writes, 60 to 200 characters."""
    parts = [
        f"我于{chance.randint(1, 28)}日在该店购买了{brand}牌{goods}，花费{chance.randint(9, 9000)}元，",
        f"{chance.choice(FAULTS)}，{chance.choice(ANSWERS)}。",
    ]
    for _more in range(chance.choice((0, 1, 1, 2))):
        parts.append(
            f"后来发现{chance.choice(GOODS)}也{chance.choice(FAULTS)}，联系{name(chance)}，{chance.choice(ANSWERS)}。"
        )
    parts.append(f"地点在{chance.choice(STREETS)}{chance.randint(1, 300)}号附近。{chance.choice(CLAIMS)}。")
    return "".join(parts)


def brand(chance: random.Random) -> str:
    """A brand of two characters; some thousand different ones."""
    return "".join(chance.sample(SIGNS, 2))
