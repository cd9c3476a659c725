"""The command ``jiesu``: finds the subcommand's module, prepares Django if it needs it, and explains what went wrong."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import django
from django.db import OperationalError

from jiesu.config.postgres_install import DatabaseServerError
from jiesu.config.process import ProcessError
from jiesu.law.errors import LawError
from jiesu.people.errors import PeopleError

PROGRAM = "jiesu"


class CommandModule(Protocol):
    """What each module in ``jiesu.config.commands`` offers."""

    def add(self, subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
        """Describe the command's arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it and give the exit code."""


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand: its module under ``jiesu.config.commands`` and what it needs."""

    module: str
    help: str
    django: bool = True


COMMANDS: dict[str, Command] = {
    "up": Command("up", "启动全部：数据库、网站、后台任务 / start everything", django=False),
    "law": Command("law", "期限与规则：due、rules、coverage / periods and rules", django=False),
    "import": Command("importing", "导入表格 / import a spreadsheet"),
    "report": Command("report", "一个辖区一年的数据 / a region's year in figures"),
    "demo": Command("demo", "生成一年的演示数据 / generate a year to look at"),
    "verify": Command("verify", "核对事实链 / check the chains of facts"),
    "hotspots": Command("hotspots", "热点：归并相似的办件 / hot spots: group similar cases"),
    "retention": Command("retention", "按保存年限删除个人信息 / erase personal data whose time is over"),
    "keys": Command("keys", "密钥环的轮换 / rotation of the key ring"),
    "user": Command("user", "工作人员账号 / accounts of staff"),
    "token": Command("token", "接口令牌 / token for the API"),
    "backup": Command("backup", "备份数据库与文件 / back up database and files", django=False),
    "restore": Command("restore", "从备份恢复 / restore a back-up", django=False),
}
"""Only the chosen command's module is loaded: most of them read models, which need Django first."""

_HEAD = "接诉 Jiesu：消费投诉举报的受理与办理 / consumer complaints and reports"


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {command.help}" for name, command in COMMANDS.items()]
    return "\n".join([f"{PROGRAM} COMMAND …", "", _HEAD, "", *lines, "", f"{PROGRAM} COMMAND --help", ""])


def _load(name: str) -> CommandModule:
    command = COMMANDS[name]
    if command.django:
        django.setup()
    return cast("CommandModule", importlib.import_module(f"jiesu.config.commands.{command.module}"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    :param arguments: without the program's name; the process's own by default.
    :returns: 0 done, 1 not done, 2 wrong arguments or settings.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiesu.config.settings")
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in {"-h", "--help"}:
        print(_overview())
        return 0 if given else 2
    if given[0] not in COMMANDS:
        print(f"没有命令 {given[0]!r} / there is no command {given[0]!r}\n\n{_overview()}", file=sys.stderr)
        return 2
    try:
        module = _load(given[0])
        parser = argparse.ArgumentParser(prog=PROGRAM)
        module.add(parser.add_subparsers(required=True))
        return module.run(parser.parse_args(given))
    except ProcessError as error:
        print(error, file=sys.stderr)
        return 2
    except (DatabaseServerError, PeopleError, LawError) as error:
        print(error, file=sys.stderr)
        return 1
    except OperationalError as error:
        print(
            "数据库没有运行或连不上：请先在另一个窗口运行 jiesu up（同一个 JIESU_HOME）。"
            " / The database is not running or cannot be reached: start `jiesu up` first, with the same JIESU_HOME."
            f"\n{error}",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
