"""`prescription inspect`: what the checks say of files, without a database.

Exit code 0 when every file is accepted, 1 otherwise, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any, Protocol

from pharmacy.core import clock
from pharmacy.core.errors import Invalid
from pharmacy.core.parsing import MAX_BYTES
from prescriptions.checks import Examination, examine
from prescriptions.formats import FORMATS
from prescriptions.trust.store import TrustList, from_directory

ACCEPTED, NOT_ACCEPTED, USAGE = 0, 1, 2
MARKS = {"passed": "ok", "failed": "NO", "inconclusive": "??"}


class Verb(Protocol):
    """One verb of the command."""

    help: str
    description: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""

    def run(self, options: dict[str, Any], out: Any, err: Any) -> int:
        """Do it and give the exit code."""


class WrongUsage(Exception):
    """The command was called with something that it cannot work with."""


class Inspect:
    """Examine files and print a line, or a table, for each."""

    help = "Say of each FILE whether it would be accepted, and why not."
    description = (
        "Verify signed e-prescriptions. A detached signature is read from FILE.jws. "
        "Without --trust, or when a signer is not in it, the verdict is refused with "
        "issuer.unknown. A chain to an anchor needs a fresh revocation list of each CA "
        "(*.crl in DIR), else the verdict is inconclusive. Whether a prescription was used "
        "before is not asked here. "
        "Exit code: 0 all accepted, 1 otherwise, 2 wrong usage."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""
        names = ", ".join(FORMATS.table)
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--format", default="auto", help=f"auto (default) or one of: {names}")
        parser.add_argument(
            "--trust",
            type=Path,
            metavar="DIR",
            help="PEM certificates: a signer's own certificate pins it, a CA's anchors a chain",
        )
        parser.add_argument(
            "--at", metavar="ISO-TIME", help="examine as of this instant (UTC unless it says so)"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def run(self, options: dict[str, Any], out: Any, err: Any) -> int:
        """Examine every file, in the order given."""
        try:
            trust, at = _trust(options["trust"]), _instant(options["at"])
            documents = [_read(file) for file in options["files"]]
            _check_format(options["format"])
        except WrongUsage as wrong:
            err.write(f"prescription inspect: {wrong}")
            return USAGE
        is_good = True
        for file, (raw, signature) in zip(options["files"], documents, strict=True):
            found = examine(
                raw=raw, signature=signature, format_name=options["format"], trust=trust, at=at
            )
            is_good = is_good and found.verdict == "accepted"
            out.write(as_json(file, found) if options["json"] else as_table(file, found))
        return ACCEPTED if is_good else NOT_ACCEPTED


def as_json(file: Path, found: Examination) -> str:
    """One line; the keys and their order are a promise."""
    whole = {
        "file": str(file),
        "format": found.format or None,
        "verdict": found.verdict,
        "checks": [
            {"check": c.check, "outcome": c.outcome, "code": c.code, "message": c.message}
            for c in found.results
        ],
        "prescription": found.prescription.to_json() if found.prescription else None,
    }
    return json.dumps(whole, ensure_ascii=False)


def as_table(file: Path, found: Examination) -> str:
    """A block to read: verdict, checks, and the lines of the prescription."""
    lines = [f"{file}: {found.verdict} ({found.format or 'unknown format'})"]
    for each in found.results:
        reason = f"{each.code}: {each.message}" if each.code else ""
        lines.append(f"  {MARKS[each.outcome]}  {each.check:<13} {reason}".rstrip())
    if found.prescription:
        rx = found.prescription
        lines.append(f"  {rx.identifier}, valid {rx.valid_from} to {rx.valid_until}")
        lines += [f"  {i.line}. {i.display}: {i.quantity} {i.unit}" for i in rx.items]
    return "\n".join(lines)


def _trust(folder: Path | None) -> TrustList:
    if folder is None:
        return TrustList()
    if not folder.is_dir():
        raise WrongUsage(f"--trust: not a directory: {folder}")
    try:
        return from_directory(folder)
    except (OSError, ValueError, Invalid) as bad:
        raise WrongUsage(f"--trust: {bad}") from None


def _instant(written: str | None) -> dt.datetime:
    if written is None:
        return clock.now()
    try:
        instant = dt.datetime.fromisoformat(written)
    except ValueError:
        raise WrongUsage(f"--at: not an ISO 8601 time: {written}") from None
    if not 1880 <= instant.year <= 2200:
        raise WrongUsage(f"--at: not a year of ours: {written}")
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


def _check_format(name: str) -> None:
    if name != "auto" and name not in FORMATS:
        raise WrongUsage(f"--format: unknown: {name} (known: auto, {', '.join(FORMATS.table)})")


def _read(file: Path) -> tuple[bytes, str]:
    """The bytes, at most one more than the limit, and the signature beside them."""
    beside = Path(f"{file}.jws")
    try:
        with file.open("rb") as handle:
            raw = handle.read(MAX_BYTES + 1)
        signature = beside.read_bytes()[:65_536] if beside.is_file() else b""
    except OSError as error:
        raise WrongUsage(f"{file}: {error.strerror}") from None
    return raw, signature.decode("utf-8", errors="replace")
