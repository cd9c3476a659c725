"""The configuration of the private PostgreSQL."""

from __future__ import annotations

import psutil

_MB = 1024 * 1024


def lines(*, throwaway: bool, memory: int | None = None) -> str:
    """Give the text of ``jiesu.conf``, which ``postgresql.conf`` includes.

    :param throwaway: for tests and benchmarks of code: nothing need survive a crash.
    :param memory: bytes of the machine; asked for by default.
    """
    total = psutil.virtual_memory().total if memory is None else memory
    values: dict[str, str] = {
        "listen_addresses": "''",
        "password_encryption": "scram-sha-256",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "max_connections": "80",
        "shared_buffers": f"{_between(total // 8, 128 * _MB, 2048 * _MB)}MB",
        "effective_cache_size": f"{_between(total // 2, 256 * _MB, 65536 * _MB)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{_between(total // 32, 64 * _MB, 512 * _MB)}MB",
        "random_page_cost": "1.1",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        # Queries of the daily work are short: compiling them costs more than it saves.
        "jit": "off",
        "max_parallel_workers_per_gather": "1",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.02",
        "idle_in_transaction_session_timeout": "15min",
        # Statements and the details of errors carry personal data: neither goes into a log.
        "log_min_error_statement": "panic",
        "log_min_duration_statement": "-1",
        "log_error_verbosity": "terse",
        "log_checkpoints": "off",
    }
    if throwaway:
        values |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "autovacuum": "off",
            "shared_buffers": "256MB",
            "max_wal_size": "8GB",
            "checkpoint_timeout": "1d",
        }
    else:
        values |= {
            # One file for each day of the year, overwritten a year later.
            "logging_collector": "on",
            "log_directory": "'log'",
            "log_filename": "'postgresql-%j.log'",
            "log_truncate_on_rotation": "on",
            "log_rotation_age": "1d",
            "log_rotation_size": "0",
        }
    return "".join(f"{name} = {value}\n" for name, value in values.items())


def _between(value: int, low: int, high: int) -> int:
    return max(low, min(high, value)) // _MB
