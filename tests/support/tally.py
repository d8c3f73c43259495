"""tally.py - adds up what the tests of some builds said: `N passed, N failed`.

usage: tally.py FOLDER...    each with ctest.xml and one XML file for each pytest program

A cmocka program counts as its cases, a pytest file as its cases, anything else as one. A program that
died without saying so (a crash, a time-out) counts as one failure more. No test at all is a failure.
"""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

PASSED = re.compile(r"^\[  PASSED  \] (\d+) test", re.M)
FAILED = re.compile(r"^\[  FAILED  \] (\d+) test", re.M)


def cmocka_cases(output):
    """(passed, failed) over the groups of a cmocka program, None if it is none."""
    passed, failed = PASSED.findall(output), FAILED.findall(output)
    if not passed and not failed:
        return None
    return sum(map(int, passed)), sum(map(int, failed))


def pytest_cases(path):
    """(passed, failed, skipped) of one pytest file."""
    if not path.exists():
        return 0, 0, 0
    suites = ET.parse(path).getroot().iter("testsuite")
    total = failed = skipped = 0
    for suite in suites:
        total += int(suite.get("tests"))
        failed += int(suite.get("failures")) + int(suite.get("errors"))
        skipped += int(suite.get("skipped"))
    return total - failed - skipped, failed, skipped


def tally(folder):
    passed = failed = skipped = 0
    report = folder / "ctest.xml"
    if not report.exists():
        return 0, 0, 0
    for test in ET.parse(report).getroot().iter("testcase"):
        good = test.get("status") == "run"
        output = test.findtext("system-out") or ""
        if test.get("name").startswith("py_"):
            ok, bad, out = pytest_cases(folder / f"{test.get('name')}.xml")
            skipped += out
        else:
            ok, bad = cmocka_cases(output) or (int(good), 0)
        passed += ok
        failed += bad if good or bad else bad + 1
    return passed, failed, skipped


def main(folders):
    passed, failed, skipped = (sum(column) for column in zip(*(tally(Path(folder)) for folder in folders)))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
