"""``jiesu up``: start everything and stop it cleanly on Ctrl-C."""

from __future__ import annotations

import argparse

from jiesu.config import process, supervisor

SETTINGS = """环境变量 / environment:
  JIESU_HOME            数据文件夹 / data folder (./var)
  JIESU_HOST            监听地址 / address to listen on (127.0.0.1)
  JIESU_PORT            端口 / port (8000)
  JIESU_DATABASE_URL    另用一个 PostgreSQL（15 以上）/ another PostgreSQL (15 or later), as owner
  JIESU_APP_DATABASE_URL  同一数据库，应用角色 / the same database, as the application's role
  JIESU_DEMO            0：空库启动 / 0: start empty (1)
  JIESU_WEB_WORKERS     网站进程数 / web processes (1)
  JIESU_PUBLIC_URL      对外网址 / public address, such as https://12315.example.gov.cn
  JIESU_ALLOWED_HOSTS   其他主机名 / further host names, separated by commas
  JIESU_PROXIES         前面的反向代理数 / reverse proxies in front (0)
  JIESU_IDLE_MINUTES    无操作多少分钟后退出登录 / minutes until staff are signed out (30)
"""


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    subparsers.add_parser(
        "up",
        help="启动全部 / start everything",
        description="启动数据库、网站和后台任务；Ctrl-C 停止。 / Start database, web and worker; Ctrl-C stops them.",
        epilog=SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def run(args: argparse.Namespace) -> int:
    """Run until stopped."""
    return supervisor.Supervisor(process.read()).run()
