"""bench_trouble.py - how soon the dashboard says what is wrong with AWS, answers a key meanwhile, and leaves."""

import sys
import tempfile
from pathlib import Path

from figures import ROOT, WEIR, Report

for folder in ("aws", "support"):
    sys.path.insert(0, str(ROOT / "tests" / folder))

from server import Bench  # noqa: E402
from trouble import CASES, measure  # noqa: E402

report = Report()
for case in CASES:
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as home, Bench() as aws:
        aws.home = Path(home)
        outcome = measure(WEIR, aws, case)
    print(f"{case.name}: {outcome.line}")
    report.line("    told after", outcome.told_s * 1000, "ms", most=1000)
    report.line("    key answered after", outcome.key_s * 1000, "ms", most=200)
    report.line("    left after", outcome.quit_s * 1000, "ms", most=200)
report.exit()
