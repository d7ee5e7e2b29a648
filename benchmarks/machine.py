"""What a figure is worth depends on where and when it was taken: say both."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from pharmacy.core import clock


def state() -> str:
    """Processor, cores, load, Python and OpenSSL, and the moment, in a line each."""
    from cryptography import __version__
    from cryptography.hazmat.backends.openssl import backend

    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    return "\n".join(
        [
            f"when:    {clock.now():%Y-%m-%d %H:%M} UTC",
            f"machine: {_processor()}, {os.cpu_count()} cores, load {load}",
            f"python:  {platform.python_version()}",
            f"library: cryptography {__version__}, {backend.openssl_version_text()}",
        ]
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
