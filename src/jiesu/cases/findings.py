"""What a check of the evidence reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be: stable code, case (0: none), seq of the child (0: the case itself), and
    codes that explain it, never what was found in clear."""

    code: str
    case: int
    seq: int = 0
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str | Promise:
        """The code in words."""
        return LABELS[self.code]


#: Every code there is. Part of the output of ``jiesu verify --json``.
LABELS: dict[str, str | Promise] = {
    "no_events": _("没有任何事实记录"),
    "event_altered": _("事实记录被改动，或者前面有记录被删"),
    "head_differs": _("链首与最后一条事实不符，后面的记录被删或者被加"),
    "replay_refused": _("按生命周期表重放不出这条事实"),
    "column_differs": _("案件行的字段与重放结果不符"),
    "facts_differ": _("案件行的事实状态与重放结果不符"),
    "clocks_differ": _("期限与重放结果不符"),
    "due_differs": _("最近期限与重放结果不符"),
    "seq_missing": _("序号有空缺，有记录被删"),
    "seq_beyond": _("序号超出案件的计数"),
    "seq_shared": _("两条记录用了同一序号"),
    "key_missing": _("数据密钥不在，而案件没有删除个人信息的记录"),
    "key_unreadable": _("数据密钥打不开"),
    "passage_missing": _("事实引用的文字不在"),
    "passage_altered": _("加密保存的文字被改动"),
    "digest_differs": _("文字的摘要与事实记录不符"),
    "party_altered": _("当事人信息被改动"),
    "message_altered": _("发出或收到的内容被改动"),
    "message_missing": _("事实记录的告知或者留言不在"),
    "message_differs": _("告知或者留言的摘要与事实记录不符"),
    "message_unrecorded": _("没有事实记录的告知或者留言"),
    "file_missing": _("文件不在磁盘上"),
    "file_altered": _("文件内容被改动"),
    "file_differs": _("文件的散列值与事实记录不符"),
    "file_unrecorded": _("没有事实记录的文件"),
    "words_missing": _("检索词不在，检索不到此案"),
    "words_misplaced": _("检索词在另一类案件的索引里"),
    "personal_data_left": _("已登记删除个人信息，但仍有残留"),
    "redaction_missing": _("个人信息已删除，但没有相应的事实记录"),
    "anchor_forged": _("锚定文件的签名不对"),
    "anchor_row_missing": _("数据库里没有这份锚定的登记"),
    "case_removed": _("锚定之后案件被删"),
    "tail_cut": _("锚定之后事实记录被截断或者替换"),
    "contents_differ": _("锚定之后文字、告知或者文件被替换"),
}
