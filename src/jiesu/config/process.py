"""Process settings: read once from ``JIESU_*``, typed, and a bad value stops start-up and names itself."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class ProcessError(ValueError):
    """A ``JIESU_*`` value that cannot be used.

    :ivar name: the environment variable at fault.
    :ivar value: what it held.
    """

    def __init__(self, *, name: str, value: str, zh: str, en: str) -> None:
        self.name = name
        self.value = value
        super().__init__(f"环境变量 {name}={value!r} 无效：{zh}。/ {name}={value!r} is not valid: {en}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What one process of Jiesu needs to know before it can read anything else."""

    home: Path = Path("var")
    """Folder with everything Jiesu owns: database, files, keys, logs, anchors (``JIESU_HOME``)."""
    host: str = "127.0.0.1"
    """Address the web server listens on (``JIESU_HOST``)."""
    port: int = 8000
    """Port the web server listens on (``JIESU_PORT``)."""
    database_url: str = ""
    """Owner's address of a PostgreSQL ≥ 15 to use instead of the private one (``JIESU_DATABASE_URL``)."""
    app_database_url: str = ""
    """Address with the application's role, where the owner may not create it (``JIESU_APP_DATABASE_URL``)."""
    demo: bool = True
    """Load the demonstration data into an empty database (``JIESU_DEMO``)."""
    web_workers: int = 1
    """Web processes; about one for each core (``JIESU_WEB_WORKERS``)."""
    debug: bool = False
    """Django's debug pages; on a loopback host only (``JIESU_DEBUG``)."""
    public_url: str = ""
    """Address the public uses, such as ``https://12315.example.gov.cn`` (``JIESU_PUBLIC_URL``)."""
    allowed_hosts: tuple[str, ...] = ()
    """Further host names to answer to, separated by commas (``JIESU_ALLOWED_HOSTS``)."""
    proxies: int = 0
    """Reverse proxies in front, each of which appends to ``X-Forwarded-For`` (``JIESU_PROXIES``)."""
    idle_minutes: int = 30
    """Minutes without a request after which staff are signed out (``JIESU_IDLE_MINUTES``)."""

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the web server."""
        return is_loopback(self.host)

    @property
    def https(self) -> bool:
        """Whether the public reaches Jiesu over TLS."""
        return self.public_url.startswith("https://")

    @property
    def address(self) -> str:
        """The address to print and to put into links."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def keys(self) -> Path:
        """Folder of the key ring (mode 0700, files 0600)."""
        return self.home / "keys"

    @property
    def logs(self) -> Path:
        """Folder of the logs."""
        return self.home / "logs"


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` is this machine only.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _flag(name: str, value: str) -> bool:
    known = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if value.lower() not in known:
        raise ProcessError(name=name, value=value, zh="应为 0 或 1", en="use 0 or 1")
    return known[value.lower()]


def _whole(low: int, high: int) -> Callable[[str, str], int]:
    def read(name: str, value: str) -> int:
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise ProcessError(
                name=name,
                value=value,
                zh=f"应为 {low} 至 {high} 的整数",
                en=f"use a whole number from {low} to {high}",
            )
        return int(value)

    return read


def _folder(name: str, value: str) -> Path:
    path = Path(value).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ProcessError(name=name, value=value, zh="不是文件夹", en="it is not a folder")
    return path


def _host(name: str, value: str) -> str:
    if any(mark in value for mark in "/ \t@") or (":" in value and not _is_address(value)):
        raise ProcessError(
            name=name,
            value=value,
            zh="应为主机名或 IP 地址，不带端口",
            en="use a host name or an IP address, without a port",
        )
    return value


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _postgres(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/") or not parts.username:
        # The value may hold a password: it is not repeated.
        raise ProcessError(
            name=name,
            value=f"{parts.scheme}://…",
            zh="应为 postgresql://用户:密码@主机:端口/数据库",
            en="use postgresql://user:password@host:port/database",
        )
    return value


def _web_address(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ProcessError(
            name=name, value=value, zh="应为 https://域名，不带路径", en="use https://name, without a path"
        )
    return value.rstrip("/")


def _names(name: str, value: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in value.split(",") if part.strip())
    if any("/" in part or " " in part for part in names):
        raise ProcessError(
            name=name, value=value, zh="应为以逗号分隔的主机名", en="use host names separated by commas"
        )
    return names


def read(environment: Mapping[str, str] | None = None) -> Process:
    """Read the process settings.

    :param environment: variables to read; the process's own by default. An empty value counts as not set.
    :raises ProcessError: a value cannot be used, or a ``JIESU_*`` name is unknown (a slip of the pen must not
        silently start with a default).

    >>> read({"JIESU_PORT": "8080"}).port
    8080
    >>> read({"JIESU_PORT": "http"})
    Traceback (most recent call last):
    ...
    jiesu.config.process.ProcessError: 环境变量 JIESU_PORT='http' 无效：应为 1 至 65535 的整数。/ JIESU_PORT='http' is not valid: use a whole number from 1 to 65535.
    """
    source = os.environ if environment is None else environment
    given = {key: value for key, value in source.items() if key.startswith("JIESU_") and value != ""}

    readers: dict[str, tuple[str, Callable[[str, str], object]]] = {
        "JIESU_HOME": ("home", _folder),
        "JIESU_HOST": ("host", _host),
        "JIESU_PORT": ("port", _whole(1, 65535)),
        "JIESU_DATABASE_URL": ("database_url", _postgres),
        "JIESU_APP_DATABASE_URL": ("app_database_url", _postgres),
        "JIESU_DEMO": ("demo", _flag),
        "JIESU_WEB_WORKERS": ("web_workers", _whole(1, 64)),
        "JIESU_DEBUG": ("debug", _flag),
        "JIESU_PUBLIC_URL": ("public_url", _web_address),
        "JIESU_ALLOWED_HOSTS": ("allowed_hosts", _names),
        "JIESU_PROXIES": ("proxies", _whole(0, 8)),
        "JIESU_IDLE_MINUTES": ("idle_minutes", _whole(1, 24 * 60)),
    }
    values: dict[str, object] = {"home": Path("var").absolute()}
    for key, value in sorted(given.items()):
        if key not in readers:
            raise ProcessError(
                name=key,
                value=value,
                zh=f"没有这个设置，可用的有 {'、'.join(sorted(readers))}",
                en="there is no such setting",
            )
        field, reader = readers[key]
        values[field] = reader(key, value)
    process = Process(**values)  # type: ignore[arg-type]  # each reader returns its field's type
    if process.debug and not process.loopback:
        raise ProcessError(
            name="JIESU_DEBUG",
            value=given["JIESU_DEBUG"],
            zh="调试页面只能在本机地址上使用",
            en="debug pages may be shown on a loopback host only",
        )
    return process
