"""`make benchmark`: every workload, with the state of the machine before and after.

`python -m benchmarks NAME...` runs some of them. Figures are printed, never asserted.
"""

from __future__ import annotations

import importlib
import os
import sys

WORKLOADS = ("intake",)


def main() -> None:
    """Run the named workloads, or all."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pharmacy.settings.embedded")
    django.setup()
    from benchmarks import machine

    names = sys.argv[1:] or list(WORKLOADS)
    unknown = set(names) - set(WORKLOADS)
    if unknown:
        sys.exit(f"no such workload: {', '.join(sorted(unknown))}; known: {', '.join(WORKLOADS)}")
    print(machine.state(), end="\n\n")
    for name in names:
        importlib.import_module(f"benchmarks.{name}").main()
    print(f"\nload after: {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
