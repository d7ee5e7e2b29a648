"""The processes of the demo: started in order, watched, ended in reverse, each one ours.

Every child leads its own process group, so that ending it ends what it started.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

PEER_PORTS = range(20100, 20900)


def free_port(candidates: range = PEER_PORTS, host: str = "127.0.0.1") -> int:
    """The first loopback port of a range that nobody listens on."""
    for port in candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((host, port))
                return port
    raise OSError("no free loopback port")


def _answers(url: str) -> bool:
    """Whether a loopback address of a child of ours answers with success."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=2)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status < 400
    except OSError:
        return False
    finally:
        connection.close()


class Processes:
    """A stack of child processes with one log file each."""

    def __init__(self, log_folder: Path, environment: dict[str, str]) -> None:
        self.log_folder = log_folder
        self.environment = {**os.environ, **environment}
        self.children: list[tuple[str, subprocess.Popen[bytes]]] = []
        log_folder.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *arguments: str) -> None:
        """Start `python -m ...` as a child that logs under its name."""
        with (self.log_folder / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, *arguments],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.children.append((name, child))

    def wait_for(self, name: str, url: str, seconds: float = 40) -> None:
        """Wait until a child answers at an address.

        Raises:
            RuntimeError: it ended, or did not answer in time; its log says why.
        """
        pause = threading.Event()
        for _ in range(int(seconds * 10)):
            child = dict(self.children)[name]
            if child.poll() is not None:
                break
            if _answers(url):
                return
            pause.wait(0.1)
        raise RuntimeError(f"{name} did not start; see {self.log_folder / name}.log")

    def stop(self) -> None:
        """End every child, the last one first, politely and then for certain."""
        for _, child in reversed(self.children):
            if child.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGTERM)
        for _, child in reversed(self.children):
            try:
                child.wait(timeout=8)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait(timeout=5)
        self.children.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
