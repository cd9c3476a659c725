"""The header ``Idempotency-Key``: one key, one answer, kept seven days."""

from __future__ import annotations

from typing import Annotated

from ninja import Header

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=120,
        pattern=r"^[\x21-\x7e]+$",
        description="同一标识和内容重复提交，得到同一结果，只办理一次；保留 7 天",
        examples=["5f0c6f8e-1b7a-4a7e-9d0c-2f6b8f1d3c55"],
    ),
]
