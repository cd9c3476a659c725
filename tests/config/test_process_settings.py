"""A bad process setting stops start-up and names itself, in Chinese and English."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiesu.config import process


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JIESU_PORT", "http"),
        ("JIESU_PORT", "0"),
        ("JIESU_PORT", "70000"),
        ("JIESU_PORT", "８０００"),
        ("JIESU_HOST", "127.0.0.1:8000"),
        ("JIESU_HOST", "http://localhost"),
        ("JIESU_DEMO", "maybe"),
        ("JIESU_WEB_WORKERS", "-1"),
        ("JIESU_DATABASE_URL", "mysql://a:b@c/d"),
        ("JIESU_DATABASE_URL", "postgresql://host/"),
        ("JIESU_PUBLIC_URL", "12315.example.gov.cn"),
        ("JIESU_ALLOWED_HOSTS", "https://a.example"),
        ("JIESU_IDLE_MINUTES", "0"),
        ("JIESU_PROT", "8000"),
    ],
)
def test_a_bad_value_names_itself(name: str, value: str) -> None:
    with pytest.raises(process.ProcessError) as caught:
        process.read({name: value})
    assert caught.value.name == name
    assert name in str(caught.value)
    assert "无效" in str(caught.value)


def test_a_database_password_is_not_repeated() -> None:
    with pytest.raises(process.ProcessError) as caught:
        process.read({"JIESU_DATABASE_URL": "mysql://a:hush@c/d"})
    assert "hush" not in str(caught.value)


def test_debug_pages_are_for_this_machine_only() -> None:
    with pytest.raises(process.ProcessError, match="JIESU_DEBUG"):
        process.read({"JIESU_DEBUG": "1", "JIESU_HOST": "0.0.0.0"})


def test_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    with pytest.raises(process.ProcessError, match="JIESU_HOME"):
        process.read({"JIESU_HOME": str(tmp_path / "f")})


def test_values_are_read() -> None:
    read = process.read(
        {
            "JIESU_HOST": "::1",
            "JIESU_PORT": "8443",
            "JIESU_DEMO": "0",
            "JIESU_ALLOWED_HOSTS": "a.example, b.example",
            "JIESU_DEBUG": "",
            "PATH": "/bin",
        }
    )
    assert (read.loopback, read.port, read.demo, read.debug) == (True, 8443, False, False)
    assert read.allowed_hosts == ("a.example", "b.example")
    assert read.address == "http://[::1]:8443"
