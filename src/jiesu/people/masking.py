"""Personal data hidden in what lists, titles and logs show. Pure functions on strings; no table is read.

What is hidden: telephone numbers, identity and bank card numbers, number plates, e-mail and WeChat names, and the
names and home addresses that people give of themselves in free text. Masking twice changes nothing. Where it is
not clear whether something is personal data it is hidden: a title that says too little is better than one that
says too much.
"""

from __future__ import annotations

import re

_SURNAMES_OF_TWO = (
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|"
    "公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|令狐|呼延|轩辕|百里|东郭|南门|西门|拓跋"
)
_SURNAMES_OF_ONE = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞"
    "任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧"
    "计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫"
    "经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄曲封芮储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷"
    "车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥"
    "能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖"
    "庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆"
    "红游竺权逯盖益桓公肖付闫覃粟佘佟谌邝岳帅涂仝苟楚晋鄢阳滿闾兰亓仉督商牟佴伯赏墨哈谯笪年爱佴代尧母岑展邸揭仇辜候冼卿"
)
_TWO = frozenset(_SURNAMES_OF_TWO.split("|"))
_SURNAME = f"(?:{_SURNAMES_OF_TWO}|[{_SURNAMES_OF_ONE}])"
_HAN = "[\u4e00-\u9fff]"
_DIGIT = "[0-9０-９]"

# A name has ended where one of these begins.
_AFTER_NAME = r"(?=$|[\s,，.。;；:：、和与!！?？()（）“”\"'’]|[0-9０-９]|[男女]|电话|手机|身份|联系|住址|地址|家住|住|系|于|在|是|年龄|今年|现|来自|为)"
# What cannot be a given name after the weak cue 本人: words of time, place and action.
_NO_GIVEN = "(?![^\\s]{0,1}[年月日号天时昨今去前上下午晚个多次家市县区镇村省路])"

_TOLD_NAME = re.compile(
    r"(?P<cue>我叫|我名叫|我的名字是|名叫|姓名(?:是|为)?|真名|投诉人|举报人|申请人|联系人|反映人|诉求人|当事人|收件人|收货人|户主|机主|车主|患者|学生姓名)"
    rf"(?P<gap>[\s:：是叫]{{0,3}})(?P<name>{_SURNAME}{_HAN}{{1,2}}?){_AFTER_NAME}"
    rf"(?P<more>(?:[、和与]{_SURNAME}{_HAN}{{1,2}}?{_AFTER_NAME})*)"
)
_TOLD_NAME_LOOSE = re.compile(
    rf"(?P<cue>我叫|我名叫|我的名字是|姓名[:：])(?P<gap>\s{{0,2}})(?P<name>{_SURNAME}{_HAN}{{1,2}})"
)
_SELF_NAME = re.compile(
    rf"(?P<cue>本人|我是|我系)(?P<gap>\s{{0,2}})(?P<name>{_NO_GIVEN}{_SURNAME}{_NO_GIVEN}{_HAN}{{1,2}}?)"
    r"(?=[\s]*(?:[,，(（]\s*)?(?:男|女|身份证|电话|手机|联系电话|系\S|[0-9０-９]{11}|现年|今年))"
)
_TITLES = ("先生", "女士", "小姐")
_TITLED_NAME = re.compile(rf"(?P<cue>)(?P<gap>)(?P<name>{_SURNAME}{_HAN}{{1,2}})(?={'|'.join(_TITLES)})")
_NOT_NAMES = frozenset(
    {"高中", "方面", "管理", "经理", "老板", "房东", "任何", "平时", "居民", "居住", "马上", "全家", "商家"}
)

_EMAIL = re.compile(r"(?P<first>[A-Za-z0-9])[A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_WECHAT = re.compile(
    r"(?P<cue>微信号?|微信[:：]|[Ww]e[Cc]hat|[Qq]{2}号?)(?P<gap>[\s:：是为]{0,3})"
    r"(?P<first>[A-Za-z0-9])(?P<rest>[-_A-Za-z0-9]{4,24})"
)
_PLATE = re.compile(
    r"(?P<head>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z])(?P<dot>[·•. ]?)"
    r"(?P<body>(?=[A-Za-z0-9]*[0-9])[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳])(?![A-Za-z0-9])"
)
_LONG_NUMBER = re.compile(
    rf"(?<![0-9０-９A-Za-z*])(?:{_DIGIT}[ -]?){{14,60}}(?:{_DIGIT}|[XxＸｘ])(?![0-9０-９A-Za-z*])"
)
_MOBILE = re.compile(
    rf"(?<![0-9０-９*])(?:(?:\+|＋)?86[ -]?)?(?P<a>[1１][3-9３-９]{_DIGIT})[ -]?(?P<b>{_DIGIT}{{4}})[ -]?(?P<c>{_DIGIT}{{4}})(?![0-9０-９*])"
)
_SPOKEN_MOBILE = re.compile("[一幺1][三四五六七八九3-9](?:[零〇一幺二两三四五六七八九0-9]){9}")
_LANDLINE = re.compile(
    rf"(?<![0-9０-９*])(?P<a>[(（]?[0０]{_DIGIT}{{2,3}}[)）]?)(?P<dash>[ \-—－]?)(?P<b>[2-8２-８]{_DIGIT}{{3,4}})(?P<c>{_DIGIT}{{3}})(?![0-9０-９*])"
)
_TOLD_PHONE = re.compile(
    rf"(?P<cue>电话|座机|手机|联系方式|拨打)(?P<gap>[号码是为:：\s]{{0,4}})(?P<b>[2-8２-８]{_DIGIT}{{3,4}})(?P<c>{_DIGIT}{{3}})(?![0-9０-９*])"
)
_HOME = re.compile(
    r"(?P<cue>(?:家庭|通讯|通信|收货|联系|户籍)?(?:地址|住址)[是为:：]\s{0,2})(?P<place>[^，,。;；!！?？\n]{2,})"
    r"|(?P<lives>家住|我住|本人住)(?P<home>(?!院)在?[^，,。;；!！?？\n]{2,})"
)
_DOOR = re.compile(rf"{_DIGIT}|[一二三四五六七八九十百]+[号栋幢座单室组]")
# An address is told down to the street or town; what follows points at a door.
_STREET = re.compile(
    r"^.*?(?:街道办?|镇|乡|大道|[路街巷弄](?!边|口|面|上))|^.*(?:县|旗|(?<![小社园院库])区)|^.*?市"
)
# What must stand in a text for a pattern to be found that is slow to look for.
_HOME_SIGNS = ("址", "住")
_MOBILE_CORE = re.compile(rf"[1１][3-9３-９]{_DIGIT}[ -]?{_DIGIT}{{4}}")
_FURTHER_NAME = re.compile(rf"(?<=[、和与]){_SURNAME}{_HAN}{{1,2}}")

_SPACES = re.compile(r"\s+")
_SALUTATION = re.compile(
    r"^(?:(?:尊敬的|敬爱的)[^，,：:。！!\n]{0,30}[，,：:。！!]|(?:[^，,：:。！!\n]{0,12}(?:领导|书记|市长|局长|县长|区长|省长|主任|同志|工作人员))(?:们)?[，,：:。！!]"
    r"|您好|你好|大家好|各位好)[\s，,：:。！!]*"
)
_SENTENCE_END = re.compile(r"[。！!？?；;\n]")


def mask_name(name: str) -> str:
    """A person's name with only the surname left.

    >>> mask_name("张三丰"), mask_name("欧阳修"), mask_name("李"), mask_name("")
    ('张**', '欧阳*', '李*', '')
    """
    name = name.strip()
    if not name:
        return ""
    kept = 2 if len(name) > 2 and name[:2] in _TWO else 1
    return name[:kept] + "*" * max(1, min(len(name) - kept, 3))


def mask_phone(phone: str) -> str:
    """A telephone number with the middle hidden; what is too short to be one is hidden but for its end.

    >>> mask_phone("13812345678"), mask_phone("0737-4221234"), mask_phone("4221234"), mask_phone("")
    ('138****5678', '0737-****234', '****234', '')
    """
    phone = phone.strip()
    if not phone:
        return ""
    if found := _MOBILE.fullmatch(phone):
        return _mobile(found)
    if found := _LANDLINE.fullmatch(phone):
        return _landline(found)
    return "****" + (phone[-3:] if len(phone) >= 7 else "")


def mask_id(number: str) -> str:
    """An identity number (resident, passport, travel permit) with all but the beginning and end hidden.

    >>> mask_id("430902199001011234"), mask_id("E12345678"), mask_id("123")
    ('430***********1234', 'E****678', '***')
    """
    number = number.strip()
    if len(number) >= 15:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    if len(number) >= 7:
        return f"{number[0]}****{number[-3:]}"
    return "*" * len(number)


def mask_address(address: str) -> str:
    """An address down to its street or town; the house is hidden.

    >>> mask_address("湖南省益阳市资阳区大码头街道五一西路12号3栋502")
    '湖南省益阳市资阳区大码头街道****'
    >>> mask_address("益阳市资阳区幸福小区3栋"), mask_address("幸福小区3栋")
    ('益阳市资阳区****', '****')
    """
    address = address.strip()
    if not address or address.endswith("****"):
        return address
    found = _STREET.match(address)
    return (found.group() if found else "") + "****"


def mask_text(text: str) -> str:
    """Free text with the personal data in it hidden. Masking twice changes nothing.

    >>> mask_text("我叫张三丰，电话13812345678，身份证430902199001011234，车牌湘H12345")
    '我叫张**，电话138****5678，身份证430***********1234，车牌湘H****5'
    >>> mask_text("本人于2020年3月在步步高超市买了沅江芦笋，花了35元")
    '本人于2020年3月在步步高超市买了沅江芦笋，花了35元'
    """
    if not text:
        return text
    # Addresses first: what follows would cut them into pieces.
    if any(sign in text for sign in _HOME_SIGNS):
        text = _HOME.sub(_at_home, text)
    text = _EMAIL.sub(lambda m: f"{m['first']}***@***", text)
    text = _LONG_NUMBER.sub(lambda m: mask_id(re.sub(r"[ -]", "", m.group())), text)
    if _MOBILE_CORE.search(text):
        text = _MOBILE.sub(_mobile, text)
    text = _SPOKEN_MOBILE.sub("***********", text)
    text = _LANDLINE.sub(_landline, text)
    text = _TOLD_PHONE.sub(lambda m: f"{m['cue']}{m['gap']}****{m['c']}", text)
    text = _WECHAT.sub(lambda m: f"{m['cue']}{m['gap']}{m['first']}****", text)
    text = _PLATE.sub(lambda m: f"{m['head']}****{m['body'][-1]}", text)
    for pattern in (_TOLD_NAME, _TOLD_NAME_LOOSE, _SELF_NAME):
        text = pattern.sub(_named, text)
    if any(title in text for title in _TITLES):
        text = _TITLED_NAME.sub(_named, text)
    return text


def summary(text: str, length: int = 60) -> str:
    """One masked line for lists: the first sentences without greetings, at most `length` characters.

    >>> summary("尊敬的领导：您好！我在某超市买到过期牛奶，要求退款。店家不理。", 20)
    '我在某超市买到过期牛奶，要求退款。'
    >>> summary("我的电话是13812345678 请回电", 40)
    '我的电话是138****5678 请回电'
    """
    line = _SPACES.sub(" ", mask_text(text)).strip()
    while (shorter := _SALUTATION.sub("", line, count=1)) != line and shorter:
        line = shorter
    if len(line) <= length:
        return line
    whole = line[:length]
    ends = [found.end() for found in _SENTENCE_END.finditer(whole)]
    # A whole sentence is better than a cut one, if it is not too short to say anything.
    if ends and ends[-1] >= length * 2 // 3:
        return whole[: ends[-1]]
    return whole + "…"


def _mobile(found: re.Match[str]) -> str:
    return f"{found['a']}****{found['c']}"


def _landline(found: re.Match[str]) -> str:
    return f"{found['a']}{found['dash']}****{found['c']}"


def _named(found: re.Match[str]) -> str:
    name = found["name"]
    if name[:2] in _NOT_NAMES:
        return found.group()
    more = found.groupdict().get("more") or ""
    return f"{found['cue']}{found['gap']}{mask_name(name)}" + _FURTHER_NAME.sub(
        lambda m: mask_name(m.group()), more
    )


def _at_home(found: re.Match[str]) -> str:
    if found["cue"]:
        return f"{found['cue']}{mask_address(found['place'])}"
    # 家住河西的市民 tells nothing; a door does.
    home = found["home"]
    return f"{found['lives']}{mask_address(home) if _DOOR.search(home) else home}"
