"""Addresses are found by division names, and doubt is said."""

import pytest

from jiesu.places.addresses import Confidence, clean, locate

FOUND = [
    ("湖南省益阳市资阳区大码头街道五一西路12号", "430902005", "high"),
    ("湖南省 益阳市 资阳区", "430902", "high"),
    ("地址：湖南省益阳市，资阳区（长春镇）", "430902106", "high"),
    ("益阳资阳区", "430902", "high"),
    ("益阳资阳", "430902", "high"),
    ("长沙岳麓区", "430104", "high"),
    ("长沙市岳麓区麓谷街道", "430104011", "high"),
    ("南京市鼓楼区中山路1号", "320106", "high"),
    ("安化县小淹镇", "430923106", "high"),
    ("沅江市琼湖街道", "430981006", "high"),
    ("湖南省沅江市", "430981", "high"),
    ("益阳市沅江市草尾镇", "430981114", "high"),
    ("益阳市大码头街道", "430902005", "high"),
    ("湖南资阳区", "430902", "high"),
    ("资阳区石码头社区", "430902005001", "high"),
    ("资阳市雁江区", "512002", "high"),
    ("宁乡县玉潭镇", "430182001", "high"),
    ("益阳高新区东部产业园", "430972", "high"),
    ("益阳市高新区梅林路", "430972", "high"),
    ("大通湖区河坝镇", "430971121", "high"),
    ("湖南省大通湖管理区", "430971", "high"),
    ("北京市朝阳区建国路88号", "110105", "high"),
    ("北京朝阳区", "110105", "high"),
    ("上海浦东新区", "310115", "high"),
    ("浦东新区张江路", "310115", "high"),
    ("重庆市渝中区", "500103", "high"),
    ("广东省东莞市长安镇", "441900", "high"),
    ("海南省琼海市", "469002", "high"),
    ("湖北省仙桃市", "429004", "high"),
    ("内蒙古呼和浩特新城区", "150102", "high"),
    ("湘西州吉首市", "433101", "high"),
    ("湘西土家族苗族自治州吉首市", "433101", "high"),
    ("城步县儒林镇", "430529100", "high"),
    ("南县南洲镇", "430921125", "high"),
    ("益阳南县", "430921", "high"),
    ("长沙市长沙县星沙街道", "430121001", "high"),
    ("吉林省吉林市", "220200", "high"),
    ("广西南宁青秀区", "450103", "high"),
    ("深圳南山", "440305", "high"),
    ("海南海口", "460100", "high"),
    ("长春市", "220100", "high"),
    ("湖南省", "430000", "high"),
    ("大码头街道五一西路", "430902005", "medium"),
    ("长春镇", "430902106", "medium"),
    ("东莞长安镇", "441900", "medium"),
    ("某某超市（益阳市赫山区店）", "430903", "medium"),
    ("步步高超市 益阳桃花仑店", "430903002", "medium"),
]


@pytest.mark.parametrize(("address", "code", "confidence"), FOUND)
def test_an_address_is_found(address: str, code: str, confidence: str) -> None:
    found = locate(address)

    assert (found.code, found.confidence.value) == (code, confidence)
    assert found.reasons


@pytest.mark.parametrize(
    ("address", "count"),
    [("鼓楼区中山路1号", 4), ("朝阳区建国路", 2), ("通州区", 2), ("永定区", 2), ("资阳", 2)],
)
def test_a_name_borne_by_several_places_gives_them_all_and_none(address: str, count: int) -> None:
    found = locate(address)

    assert found.confidence is Confidence.LOW
    assert found.county == ""
    assert len(found.candidates) == count
    assert "请补充上级地名" in found.reasons[0]


@pytest.mark.parametrize("text", ["沅江芦笋", "安化黑茶", "沅江市场芦笋", "益阳市民中心", "益阳", "长春"])
def test_goods_and_bare_short_names_are_never_relied_on(text: str) -> None:
    assert locate(text).confidence is Confidence.LOW


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "网上购物",
        "拼多多网店",
        "中山路1号",
        "芙蓉中路一段",
        "南山路8号",
        "城关镇人民路",
        "和平村12号",
        "A市B区",
    ],
)
def test_no_division_name_gives_nothing(text: str) -> None:
    found = locate(text)

    assert (found.code, found.confidence, found.candidates) == ("", Confidence.NONE, ())


def test_a_contradiction_is_said_and_not_decided() -> None:
    found = locate("长沙市资阳区")

    assert found.confidence is Confidence.LOW
    assert found.candidates == ("430100", "430902")
    assert "前后不一致" in found.reasons[-1]


def test_a_village_known_for_one_city_is_not_looked_for_elsewhere() -> None:
    assert locate("湖南省和平村").code == "430000"


def test_all_levels_are_given() -> None:
    found = locate("益阳市资阳区大码头街道石码头社区")

    assert (found.province, found.city, found.county) == ("430000", "430900", "430902")
    assert (found.town, found.village) == ("430902005", "430902005001")


def test_width_spaces_and_headings_do_not_matter() -> None:
    assert clean("经营地址：湖南省　益阳市－资阳区") == "湖南省益阳市资阳区"
    assert clean("位于中国湖南省") == "湖南省"


@pytest.mark.parametrize("text", ["省" * 5000, "益阳市" * 2000, "\u202e\x00益阳市资阳区", "🏪益阳市"])
def test_hostile_text_is_harmless(text: str) -> None:
    assert locate(text).confidence in Confidence
