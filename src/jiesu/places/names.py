"""Short forms of division names: what people write instead of 湖南省益阳市资阳区."""

import re

_NATIONS = (
    "蒙古族|蒙古|回族|藏族|维吾尔族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|"
    "傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|"
    "撒拉族|毛南族|仡佬族|锡伯族|阿昌族|普米族|塔吉克族|塔吉克|怒族|鄂温克族|德昂族|保安族|裕固族|独龙族|鄂伦春|各族"
)
_NATION_TAIL = re.compile(f"(?:{_NATIONS})+$")
_AUTONOMOUS_TAIL = re.compile("自治[州县旗区]$")
_TAILS = {
    "province": ("省", "市", "自治区"),
    "city": ("市", "地区", "盟"),
    "county": ("市", "区", "县", "旗", "林区", "特区"),
    "town": ("街道", "镇", "乡"),
    "village": ("居民委员会", "村民委员会", "居委会", "村委会", "委员会", "社区", "村"),
}


def short_name(name: str, level: str) -> str:
    """The name without the word for its level and without nationalities; the name itself if nothing is left.

    >>> short_name("资阳区", "county"), short_name("湘西土家族苗族自治州", "city"), short_name("南县", "county")
    ('资阳', '湘西', '南县')
    >>> short_name("内蒙古自治区", "province"), short_name("大码头街道", "town")
    ('内蒙古', '大码头')
    """
    stem = _AUTONOMOUS_TAIL.sub("", name)
    if stem == name:
        for tail in sorted(_TAILS.get(level, ()), key=len, reverse=True):
            if name.endswith(tail):
                stem = name[: -len(tail)]
                break
    bare = _NATION_TAIL.sub("", stem)
    if len(bare) >= 2:
        return bare
    return stem if len(stem) >= 2 else name


def without_parents(name: str, parents: list[str]) -> str:
    """The name without the names of higher divisions some zones carry in front.

    ``parents`` are full names, highest first.

    >>> without_parents("益阳市大通湖管理区", ["湖南省", "益阳市"])
    '大通湖管理区'
    >>> without_parents("湖南益阳高新技术产业园区", ["湖南省", "益阳市"])
    '高新技术产业园区'
    """
    rest = name
    for level, parent in zip(("province", "city", "county"), parents, strict=False):
        for form in (parent, short_name(parent, level)):
            if rest.startswith(form) and len(rest) - len(form) >= 3:
                rest = rest[len(form) :]
                break
    return rest
