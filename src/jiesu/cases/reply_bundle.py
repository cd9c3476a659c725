"""The reply bundle (答复材料): what a bureau hands in when a decision is reviewed or sued, as one archive.

Catalogue, registration, notices with numbers and proof of service, the account of every clock, what was done with the
hashes of the chain, texts, files, and what a check of the evidence said. It is an official document in Chinese whatever
the reader's language. Nothing of a report enters the bundle of a complaint: whoever applied for the review may read it
(order 121 art. 37).
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, Any

from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jiesu import law
from jiesu.cases import keys, lawbook
from jiesu.cases.anchors import latest
from jiesu.cases.clockwork import FIXED
from jiesu.cases.draft import clock_fact
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.facts import ClockFact
from jiesu.cases.files import read, safe_name
from jiesu.cases.kinds import ClockState, Kind, PartyRole
from jiesu.cases.lifecycle import TABLES
from jiesu.cases.lifecycle.choices import NOTICE_TITLES, ROLE_NAMES
from jiesu.cases.lifecycle.common import CHANNELS, PROOFS
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.table import Row
from jiesu.cases.models import Case, Clock, Event, File, Message, Party, Passage
from jiesu.cases.queries import not_found, standing
from jiesu.cases.verify import verify_case
from jiesu.people import calendar
from jiesu.people.access import record_access
from jiesu.people.actors import Actor
from jiesu.people.masking import mask_text
from jiesu.people.models import AccessAct, Staff
from jiesu.people.visibility import SECRET_KINDS, Capacity, Part, capacities, visible_parts
from jiesu.places.models import Organisation

#: Who answers for the bureau before a court or a review organ.
ROLES = ("legal", "head")
BRINGERS = frozenset({PartyRole.COMPLAINANT, PartyRole.INFORMANT, PartyRole.ENQUIRER, PartyRole.AGENT})
#: Events that tell of another case. Where that is a report or a lead, the bundle says that something was done, not what.
ABOUT_OTHERS = frozenset(
    {
        "split", "raise_lead", "convert", "link_duplicate", "close_repeat", "merge_repeat", "absorb_repeat",
        "link_back",
    }
)  # fmt: skip
#: Deliberation inside the bureau: the second volume (副卷), which is not handed to the other side.
INTERNAL = frozenset({"propose", "approve", "reject", "assign", "reassign", "request_take_over", "flag"})
KEPT_BACK = "与另一案件有关的事项（依规定不列明）"


@dataclass(frozen=True)
class Document:
    """One file of the archive."""

    path: str
    title: str
    content: bytes


@dataclass
class Sheaf:
    """The documents so far, in the order of the catalogue, and what was left out."""

    documents: list[Document] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)

    def text(self, path: str, title: str, content: str) -> None:
        self.documents.append(Document(f"{path}.txt", title, content.encode()))

    def page(self, path: str, title: str, body: SafeString) -> None:
        html = format_html(
            '<!DOCTYPE html>\n<html lang="zh-CN">\n<head><meta charset="utf-8"><title>{}</title></head>\n'
            "<body>\n<h1>{}</h1>\n{}\n</body>\n</html>\n",
            title,
            title,
            body,
        )
        self.documents.append(Document(f"{path}.html", title, html.encode()))


def may_build(case: Case, actor: Actor) -> bool:
    """Whether the bundle is offered: the legal section and the responsible heads of the bureau that handles the case."""
    held = capacities(standing(case), actor)
    return Capacity.HANDLING in held and actor.has(*ROLES) and case.redacted_at is None


def build(case: Case, *, actor: Actor, at: datetime) -> bytes:
    """The bundle of one case as a zip archive. That it was made is recorded in the access log.

    Raises:
        ActionError: ``case_not_found`` for a stranger, ``not_permitted``, ``redacted``.
    """
    out = io.BytesIO()
    write(out, case, actor=actor, at=at)
    return out.getvalue()


def write(target: IO[bytes], case: Case, *, actor: Actor, at: datetime) -> None:
    """Writes the bundle into an open file; raises like ``build``."""
    parts = visible_parts(standing(case), actor)
    if not parts:
        raise not_found(case.pk)
    if case.redacted_at is not None:
        raise ActionError(Code.REDACTED, _("此案的个人信息已依保存期限删除，不能再生成答复材料。"))
    if not may_build(case, actor):
        raise ActionError(Code.NOT_PERMITTED, _("答复材料由承办机关的法制机构或者部门负责人生成。"))
    with translation.override("zh-hans"):
        sheaf = _Maker(case, parts, at).make()
    digest = _pack(target, sheaf, at)
    record_access(
        actor=actor,
        act=AccessAct.EXPORT,
        at=at,
        case_id=case.pk,
        detail={
            "what": "reply_bundle",
            "documents": len(sheaf.documents),
            "catalogue": digest,
            "withheld": len(sheaf.withheld),
        },
    )


def _pack(target: IO[bytes], sheaf: Sheaf, at: datetime) -> str:
    """Writes the archive; gives the SHA-256 of its list of hashes."""
    stamp = at.astimezone(SHANGHAI).timetuple()[:6]
    sums = "".join(f"{hashlib.sha256(d.content).hexdigest()}  {d.path}\n" for d in sheaf.documents).encode()
    with zipfile.ZipFile(target, "w") as archive:
        for document in [*sheaf.documents, Document("SHA256SUMS", "", sums)]:
            entry = zipfile.ZipInfo(document.path, date_time=stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, document.content)
    return hashlib.sha256(sums).hexdigest()


def _day(value: date | None) -> str:
    return value.isoformat() if value else "—"


def _moment(value: datetime | None) -> str:
    return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if value else "—"


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> SafeString:
    return format_html(
        '<table border="1">\n<tr>{}</tr>\n{}\n</table>',
        format_html_join("", "<th>{}</th>", ((h,) for h in head)),
        format_html_join(
            "\n", "<tr>{}</tr>", ((format_html_join("", "<td>{}</td>", ((c,) for c in row)),) for row in rows)
        ),
    )


def _row(kind: str, action: str) -> Row | None:
    """The row of an action; a case that changed its kind keeps events of the kind before."""
    for name in (kind, *TABLES):
        if action in TABLES[name].rows:
            return TABLES[name].rows[action]
    return None


class _Maker:
    """Reads one case once and lays out what the reader may see of it."""

    def __init__(self, case: Case, parts: frozenset[Part], at: datetime) -> None:
        self.case = case
        self.parts = parts
        self.at = at
        self.sheaf = Sheaf()
        self.key = keys.unwrap(case.wrapped_key)
        bringer = Part.INFORMANT if case.kind in SECRET_KINDS else Part.COMPLAINANT
        self.knows_bringer = bringer in parts
        self.events = list(Event.objects.filter(case_id=case.pk).order_by("seq"))
        self.parties = list(Party.objects.filter(case_id=case.pk).order_by("seq"))
        self.texts = {
            p.seq: keys.decrypt(self.key, p.sealed) for p in Passage.objects.filter(case_id=case.pk)
        }
        people = {e.actor_id for e in self.events if e.actor_id}
        self.staff = dict(Staff.objects.filter(pk__in=people).values_list("pk", "name"))
        named = (case.organisation_id, case.registered_by_id, *(e.organisation_id for e in self.events))
        homes = {pk for pk in named if pk is not None}
        self.homes = dict(Organisation.objects.filter(pk__in=homes).values_list("pk", "name"))
        others = {n for e in self.events if (n := self._other(e)) is not None}
        kinds = dict(Case.objects.filter(pk__in=others).values_list("pk", "kind"))
        # A report that nobody may hear of, and a case of which nothing is known, are treated alike.
        self.secret = {
            e.seq
            for e in self.events
            if e.type in ABOUT_OTHERS and kinds.get(self._other(e) or 0, Kind.REPORT) in SECRET_KINDS
        }

    @staticmethod
    def _other(event: Event) -> int | None:
        given = event.data.get("in", {})
        other = given.get("new_case") or given.get("other")
        return int(other) if event.type in ABOUT_OTHERS and other else None

    def make(self) -> Sheaf:
        self._registration()
        self._notices()
        self._clocks()
        self._history()
        self._passages()
        self._files()
        self._verification()
        self._catalogue()
        return self.sheaf

    def _words(self, reference: Any) -> str:
        """A text of the case; whoever may not know the person reads it with personal data hidden."""
        if not isinstance(reference, dict):
            return "" if reference is None else str(reference)
        text = self.texts.get(int(reference.get("text", 0)), "")
        return text if self.knows_bringer else mask_text(text)

    # --- 1 what came in ---------------------------------------------------------------------------------------
    def _registration(self) -> None:
        case, first = self.case, self.events[0].data.get("in", {})
        lines = [
            f"编号：{case.pk}",
            f"类型：{case.get_kind_display()}　渠道：{case.get_channel_display()}",
            f"收到：{_moment(case.received_at)}　到达有权机关：{_moment(case.arrived_at)}　登记：{_moment(case.registered_at)}",
            f"登记单位：{self.homes.get(case.registered_by_id, '—')}",
            f"承办机关：{self.homes.get(case.organisation_id or 0, '—')}",
            f"决定：{_moment(case.decided_at)}　办结：{_moment(case.closed_at)}",
            f"全国12315平台编号：{case.national_number or '—'}",
            "",
            *self._party_lines(),
            "",
        ]
        if Part.CONTENT in self.parts:
            amount = f"{case.amount // 100}.{case.amount % 100:02d} 元" if case.amount is not None else "—"
            lines += [
                f"涉及金额：{amount}",
                "事实和理由：",
                self._original(first.get("facts")),
                "",
                "具体请求：",
                self._words(first.get("demand")) or "（无）",
            ]
        else:
            self.sheaf.withheld.append("来件内容")
        self.sheaf.text("1-登记情况", "登记情况", "\n".join(lines) + "\n")

    def _original(self, reference: Any) -> str:
        """The words as they came in, unless they hold another matter too: then a person takes the right ones out."""
        if any(e.type == "split" and e.seq in self.secret for e in self.events):
            self.sheaf.withheld.append("来件原文（请核对后另行提供）")
            return "（见另行提供的来件原文）"
        return self._words(reference) or "（无）"

    def _party_lines(self) -> list[str]:
        lines = []
        for party in self.parties:
            role = ROLE_NAMES.get(party.role, party.role)
            allowed = self.knows_bringer if party.role in BRINGERS else Part.RESPONDENT in self.parts
            if not allowed:
                self.sheaf.withheld.append(f"{role}的身份信息（第三十七条）")
                lines.append(f"{role}：（不列明）")
                continue
            plain: dict[str, str] = (
                json.loads(keys.decrypt(self.key, party.sealed)) if party.sealed is not None else {}
            )
            known = [plain[k] for k in ("name", "phone", "address") if plain.get(k)]
            lines.append(f"{role}：{'，'.join(known) or '（未留信息）'}")
        return lines

    # --- 2 what was told --------------------------------------------------------------------------------------
    def _notices(self) -> None:
        if Part.CORRESPONDENCE not in self.parts:
            self.sheaf.withheld.append("告知文书和往来（请承办机构提供）")
            return
        rows = []
        channels, proofs = dict(CHANNELS), dict(PROOFS)
        for number, message in enumerate(Message.objects.filter(case_id=self.case.pk).order_by("seq"), 1):
            if message.to_role in BRINGERS and not self.knows_bringer:
                continue
            title = message.subject or str(NOTICE_TITLES.get(message.form, message.form))
            incoming = message.direction == Message.Direction.IN
            who = "来自当事人" if incoming else str(ROLE_NAMES.get(message.to_role, "—"))
            body = keys.decrypt(self.key, message.sealed) if message.sealed is not None else ""
            name = safe_name(f"{number:02d}-{title}-{who}")
            self.sheaf.text(f"2-告知文书/{name}", f"{title}（{who}）{message.number}", body or "（无正文）\n")
            rows.append(
                (
                    number, title, message.number or "—", who, _moment(message.created_at),
                    channels.get(message.channel, message.channel or "—"), message.address_masked or "—",
                    _moment(message.sent_at), message.get_status_display(), _moment(message.proven_at),
                    proofs.get(message.proof, "—"), message.proof_reference or "—", message.content_hash,
                )
            )  # fmt: skip
        head = (
            "序号", "文书", "文号", "对象", "作出", "方式", "号码或地址", "发出", "状态", "告知时间", "证明",
            "证明编号", "内容散列值",
        )  # fmt: skip
        self.sheaf.page("2-告知文书/送达证明", "告知文书与送达证明", _table(head, rows))

    # --- 3 the periods ----------------------------------------------------------------------------------------
    def _clocks(self) -> None:
        if Part.CLOCKS not in self.parts:
            self.sheaf.withheld.append("期限")
            return
        for number, row in enumerate(Clock.objects.filter(case_id=self.case.pk).order_by("seq"), 1):
            clock = clock_fact(row)
            self.sheaf.text(
                f"3-期限说明/{number:02d}-{clock.rule}", f"期限：{_title(clock.rule)}", _account(clock)
            )

    # --- 4 what was done --------------------------------------------------------------------------------------
    def _history(self) -> None:
        if Part.HISTORY not in self.parts:
            self.sheaf.withheld.append("办理经过")
            return
        rows = []
        for event in self.events:
            row = _row(self.case.kind, event.type)
            on = event.at.astimezone(SHANGHAI).date()
            secret = event.seq in self.secret
            label = KEPT_BACK if secret else str(row.label) if row else event.type
            article = lawbook.cited(row.article, on) if row and row.article and not secret else ""
            who = self.staff.get(event.actor_id or 0) or (
                "当事人" if event.actor_kind == "citizen" else "系统"
            )
            home = self.homes.get(event.organisation_id or 0, "")
            rows.append((event.seq, _moment(event.at), label, article, who, home, bytes(event.hash).hex()))
        head = ("序号", "时间", "事项", "依据", "办理人", "单位", "散列值（HMAC-SM3，逐条相连）")
        note = format_html(
            "<p>每条记录的散列值由其内容和前一条的散列值计算，密钥不在数据库内；最后一条即案件的链首：{}</p>",
            bytes(self.case.head).hex(),
        )
        self.sheaf.page("4-办理经过", "办理经过", SafeString(_table(head, rows) + "\n" + note))

    # --- 5 what was written -----------------------------------------------------------------------------------
    def _passages(self) -> None:
        if Part.CONTENT not in self.parts:
            return
        number = 0
        for event in self.events[1:]:
            row = _row(self.case.kind, event.type)
            if row is None or event.seq in self.secret:
                continue
            words = self._written(row, event.data.get("in", {}))
            text = "\n\n".join(f"{label}：\n{value}" for label, value in words if value)
            if not text:
                continue
            number += 1
            volume = "5-文字材料/副卷" if event.type in INTERNAL else "5-文字材料"
            title = f"{row.label}（{_moment(event.at)}）"
            self.sheaf.text(f"{volume}/{number:02d}-{safe_name(str(row.label))}", title, text + "\n")

    def _written(self, row: Row, given: dict[str, Any]) -> list[tuple[str, str]]:
        """The texts of one event by the labels of its fields; a proposal's are those of what it proposes."""
        found = [
            (str(f.label), self._words(given[f.name]))
            for f in row.fields
            if isinstance(given.get(f.name), dict) and not f.restricted
        ]
        target = _row(self.case.kind, str(given.get("action"))) if row.action == "propose" else None
        if target is not None:
            found += [("拟作出", str(target.label)), *self._written(target, given.get("proposed") or {})]
        return found

    # --- 6 what was handed in ---------------------------------------------------------------------------------
    def _files(self) -> None:
        if Part.FILES not in self.parts:
            self.sheaf.withheld.append("附件")
            return
        for file in File.objects.filter(case_id=self.case.pk).order_by("seq"):
            if file.restricted and not self.knows_bringer:
                self.sheaf.withheld.append(f"附件 {file.seq}（限制查阅）")
                continue
            try:
                content = read(file, self.key)
            except (OSError, ValueError):
                self.sheaf.withheld.append(f"附件 {file.seq}（文件缺失或者被改动，见核对结果）")
                continue
            title = f"附件：{file.name}（{file.size} 字节，{_moment(file.at)}）"
            self.sheaf.documents.append(
                Document(f"6-附件/{file.seq:03d}-{safe_name(file.name)}", title, content)
            )

    # --- 7 whether it is whole --------------------------------------------------------------------------------
    def _verification(self) -> None:
        found = verify_case(self.case)
        anchored = latest()
        lines = [
            f"核对时间：{_moment(self.at)}",
            "核对内容：事实链逐条相连；序号无空缺；文字、告知、附件与其散列值相符；按事实重放得出的状态、期限与记录相符。",
            f"结果：{'未发现问题' if not found else f'发现 {len(found)} 项问题'}",
            *(f"　{one.label}（序号 {one.seq}，{one.code}）" for one in found),
            f"最近一次锚定：{anchored.name if anchored else '尚无'}",
        ]
        self.sheaf.text("7-核对结果", "核对结果", "\n".join(lines) + "\n")

    def _catalogue(self) -> None:
        rows = [
            (n, d.title, d.path, hashlib.sha256(d.content).hexdigest())
            for n, d in enumerate(self.sheaf.documents, 1)
        ]
        left_out = format_html_join("", "<li>{}</li>", ((w,) for w in dict.fromkeys(self.sheaf.withheld)))
        body = format_html(
            "<p>编号：{}　生成：{}</p>\n{}\n{}\n<p>校验：sha256sum -c SHA256SUMS</p>",
            str(self.case.pk),
            _moment(self.at),
            _table(("序号", "材料", "文件", "SHA-256"), rows),
            format_html("<p>未列入：</p><ul>{}</ul>", left_out) if left_out else "",
        )
        last = len(self.sheaf.documents)
        self.sheaf.page("0-目录", "答复材料目录", body)
        self.sheaf.documents.insert(0, self.sheaf.documents.pop(last))


STATES = dict(ClockState.choices)


def _title(rule: str) -> str:
    try:
        return str(law.rule(rule).title)
    except law.LawError:
        return rule


def _account(clock: ClockFact) -> str:
    """The account of a clock: what became of it, and day by day how it was counted."""
    lines = [
        f"状态：{STATES.get(ClockState(clock.state), clock.state)}　最后一日：{_day(clock.due_on)}"
        f"　作出决定：{_day(clock.decided_on)}　告知完成：{_day(clock.met_on)}",
    ]
    if clock.reason:
        lines.append(f"作废原因：{clock.reason}")
    if clock.options.get(FIXED):
        lines.append(f"{_title(clock.rule)}：最后一日由来文或者决定书指定，不经计算。")
        return "\n".join(lines) + "\n"
    try:
        counted_on = calendar.at_version(clock.calendar_version)
    except KeyError:
        counted_on = calendar.current()
        lines.append("注意：当时的放假安排已不在库中，以下按现行安排说明。")
    try:
        deadline = law.due(
            clock.rule,
            start=clock.started_at,
            received=clock.received_at,
            pauses=clock.pauses,
            extensions=clock.extensions,
            calendar=counted_on,
            options=clock.options,
        )
    except law.LawError as error:
        lines.append(f"不能说明：{error}")
    else:
        lines += ["", law.explain(deadline)]
    return "\n".join(lines) + "\n"
