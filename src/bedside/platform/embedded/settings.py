"""PostgreSQL's settings, written anew at each start into an include file.

No patient data may reach the log. A failing statement's message can quote a value ("invalid input syntax
for type uuid: …"), its DETAIL a row's key and its STATEMENT the literals, so errors go to the client alone
(``log_min_messages = log`` leaves out ERROR), and slow statements are logged without their parameters.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil

from bedside.platform.embedded.runtime import PORT

MEBIBYTE = 1024 * 1024
# Docker gives /dev/shm 64 MB, too little for building an index in parallel.
_ENOUGH_SHARED_MEMORY = 512 * MEBIBYTE

_ALWAYS: dict[str, str] = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_utility": "off",  # ALTER ROLE … PASSWORD is a utility statement
    "huge_pages": "off",
    "wal_level": "replica",
    "max_wal_senders": "5",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "work_mem": "8MB",
    "jit": "off",  # compiling costs more than it saves on queries of milliseconds
    "idle_in_transaction_session_timeout": "5min",  # roles set tighter ones
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "iso, ymd",
    "default_text_search_config": "pg_catalog.english",
    "log_destination": "stderr",
    "logging_collector": "off",  # the server inherits an open log file, see logs.py
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "1s",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_lock_waits": "on",
    "log_autovacuum_min_duration": "10s",
    "log_checkpoints": "on",
}
_NOT_DURABLE: dict[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "log_checkpoints": "off",
}


def server_settings(socket_folder: Path, cluster_name: str, *, durable: bool) -> dict[str, str]:
    """Return every setting of the embedded server, sized by this machine's memory."""
    memory = psutil.virtual_memory().total
    sizes = {
        "shared_buffers": _megabytes(memory // 64, 64, 256),
        "effective_cache_size": _megabytes(memory // 2, 256, 16_384),
        "maintenance_work_mem": _megabytes(memory // 64, 64, 256),
    }
    shared = Path("/dev/shm")  # noqa: S108 - only measured
    if shared.is_dir() and shutil.disk_usage(shared).total < _ENOUGH_SHARED_MEMORY:
        sizes["dynamic_shared_memory_type"] = "mmap"
    place = {"unix_socket_directories": str(socket_folder), "cluster_name": cluster_name}
    return _ALWAYS | sizes | place | ({} if durable else _NOT_DURABLE)


def as_file(settings: dict[str, str]) -> str:
    """Return the settings in postgresql.conf's syntax."""
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()]
    head = "# Written by Bedside at each start; changes here are lost. Put yours into postgresql.auto.conf\n"
    return head + "# with ALTER SYSTEM.\n" + "\n".join(lines) + "\n"


def _megabytes(size: int, least: int, most: int) -> str:
    return f"{min(max(size // MEBIBYTE, least), most)}MB"
