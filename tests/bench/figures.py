"""figures.py - what the benchmarks share: the binaries, generated data, lines of results."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "pty"))

WEIR = Path(os.environ.get("WEIR_BIN", ROOT / "build" / "release" / "weir"))
GENFLOWS = Path(os.environ.get("WEIR_GENFLOWS", ROOT / "build" / "bench" / "tests" / "genflows"))


class Report:
    """Prints figures with their promises; knows whether one was broken."""

    def __init__(self):
        self.broken = 0

    def line(self, name, value, unit, least=None, most=None):
        good = (least is None or value >= least) and (most is None or value <= most)
        promise = "" if least is None and most is None else f"  (promised: {'at least' if most is None else 'at most'} "
        promise += "" if not promise else f"{most if least is None else least:,} {unit})"
        self.broken += not good
        print(f"{'' if good else 'BROKEN  '}{name:<44} {value:>14,.2f} {unit}{promise}", flush=True)

    def exit(self):
        sys.exit(1 if self.broken else 0)


def generated(folder, count, *options):
    """A file of generated flow logs."""
    path = Path(folder, f"flow-{count}.log")
    with open(path, "wb") as out:
        subprocess.run([GENFLOWS, *map(str, options), str(count)], stdout=out, check=True)
    return path


def workspace():
    return tempfile.TemporaryDirectory(prefix="weir-bench-")
