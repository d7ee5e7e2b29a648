"""Install the Debian packages that browser tests need, where that is possible.

Chromium and a Chinese font. Without them those tests are skipped with the reason printed; on
CI (`CI=true`) a missing browser is an error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ["chromium", "fonts-noto-cjk"]


def has_all() -> bool:
    """Whether the browser and the font are there."""
    fonts = Path("/usr/share/fonts/opentype/noto")
    return shutil.which("chromium") is not None and any(fonts.glob("NotoSansCJK*"))


def main() -> int:
    """Install when something is missing and we may."""
    if has_all():
        return 0
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([apt, "update", "-qq"], check=False, env=environment, **quiet)
        subprocess.run(
            [apt, "install", "-y", "-qq", *PACKAGES], check=False, env=environment, **quiet
        )
    if has_all():
        return 0
    print("Chromium or a Chinese font is missing (apt-get install " + " ".join(PACKAGES) + ");")
    print("browser tests will be skipped.")
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
