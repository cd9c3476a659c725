"""What a sheet brings in is what the desk would have written: every row of random sheets, and the chain, compared."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from django.db import transaction

from jiesu.cases import act as door
from jiesu.cases import bulk, indexing, keys
from jiesu.cases.models import Case
from jiesu.cases.verify import verify_case
from tests.cases.pictures import picture
from tests.intake.test_import_spreadsheets import HEAD, sheet, take

pytestmark = pytest.mark.django_db
ROWS = 80
TEXTS = (
    "买到过期牛奶，店家不退。",
    "我叫张小明，电话13812345678，办卡后商家关门，要求退款，请依法查处其虚假宣传。",
    "请问营业执照如何办理？",
    "",
)


def random_rows(chance: random.Random) -> list[list[object]]:
    return [
        [
            f"W{n}",
            chance.choice(("投诉", "投诉", "举报", "咨询", "")),
            chance.choice(("", "12345", "热线")),
            chance.choice(
                ("", "2026-10-30", f"2026-10-{chance.choice((29, 30))} {n % 24:02}:{n % 60:02}", "昨天")
            ),
            chance.choice(("张小明", "欧阳修", "")),
            chance.choice((f"138{n:08}", "0737-4221234", "没有", "")),
            chance.choice(("好又多超市", f"第{n % 7}商贸有限公司", "")),
            chance.choice((f"益阳市资阳区五一路{n}号", "")),
            chance.choice(TEXTS),
            chance.choice(("退款", "赔偿", "")),
            chance.choice(("", n, "35.50", "不清楚")),
            "",
        ]
        for n in range(ROWS)
    ]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("format", ["standard", "hotline_12345"])
def test_each_row_is_what_the_desk_would_have_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, format: str
) -> None:
    # given a sheet of whatever people write
    told: list[bulk.History] = []
    write = bulk.Desk.write

    def remembered(desk: bulk.Desk, histories: list[bulk.History]) -> bulk.Written:
        told.extend(histories)
        return write(desk, histories)

    monkeypatch.setattr(bulk.Desk, "write", remembered)
    mark = transaction.savepoint()
    # when it is imported, and each of its cases is opened alone
    run = take(sheet(tmp_path, [HEAD, *random_rows(random.Random(seed))]), format=format)
    assert run.written == len(told) > ROWS // 2
    indexing.enter_some(ROWS)
    imported = {one.opening.number or 0: picture(one.opening.number or 0) for one in told}
    assert all(verify_case(case) == [] for case in Case.objects.filter(pk__in=imported))
    transaction.savepoint_rollback(mark)
    # then every row and every hash is the same
    for one in told:
        number = one.opening.number or 0
        monkeypatch.setattr(keys, "new_data_key", lambda key=imported[number]["case"]["wrapped_key"]: key)
        door.open_case(one.opening, actor=one.actor, at=one.at)
        assert picture(number) == imported[number]
