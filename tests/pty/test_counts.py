"""Every number is what awk says of the same file: matching lines, groups, time buckets, facets.

A million generated records, ten filters, the release build. awk is the oracle because it knows nothing of us."""

import csv
import io
import re
import subprocess

import pytest
from harness import dashboard, settled

COUNT = 1_000_000
STEP = 60

# filter, the same in awk over the default format, facets that hold conditions of the filter
FILTERS = [
    ("", "1"),
    ("reject", '$13 == "REJECT"'),
    ("action = REJECT and dstport in (22, 3389)", '$13 == "REJECT" && ($7 == 22 || $7 == 3389)'),
    ("dstport in 8000-8100", "$7 != \"-\" && $7 >= 8000 && $7 <= 8100"),
    ("srcaddr in 203.0.113.0/24", "$4 ~ /^203\\.0\\.113\\./"),
    ("host 10.0.1.46", '$4 == "10.0.1.46" || $5 == "10.0.1.46"'),
    ("not tcp and bytes > 10000", '$8 != "6" && $10 != "-" && $10 > 10000'),
    ("ipv6", '$4 ~ /:/ || $5 ~ /:/'),
    ("interface-id ~ '07ab$' or packets = 1", '$3 ~ /07ab$/ || $9 == "1"'),
    ("port 443 and start >= 1767228000 and start < 1767229200",
     '($6 == "443" || $7 == "443") && $11 >= 1767228000 && $11 < 1767229200'),
]
COLUMN = {"action": 13, "dstport": 7, "srcaddr": 4, "dstaddr": 5, "interface-id": 3, "protocol": 8, "log-status": 14}


def awk(path, program):
    """Lines that an awk program prints for a file."""
    done = subprocess.run(["awk", program, path], capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


def grouped(path, condition, key):
    """value -> (records, packets, bytes) by awk; records only, as the commands count them."""
    program = f"""($13 != "-") && ({condition}) {{ n[{key}]++; p[{key}] += $9; b[{key}] += $10 }}
        END {{ for (k in n) printf "%s %.0f %.0f %.0f\\n", k, n[k], p[k], b[k] }}"""
    rows = (line.rsplit(" ", 3) for line in awk(path, program))
    return {key: tuple(map(int, numbers)) for key, *numbers in rows}


def command(weir, *arguments):
    """Standard output of a command."""
    done = subprocess.run([weir, *map(str, arguments)], capture_output=True, stdin=subprocess.DEVNULL, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def table(weir, *arguments):
    """Rows of a command's CSV."""
    return list(csv.DictReader(io.StringIO(command(weir, *arguments, "-o", "csv").decode())))


each_filter = pytest.mark.parametrize("text, condition", FILTERS, ids=[text or "(none)" for text, _ in FILTERS])


@pytest.fixture(scope="module")
def million(flows):
    return flows(COUNT)


@each_filter
def test_printed_lines_are_awks(fast_weir, million, text, condition):
    printed = command(fast_weir, "print", "-o", "raw", "-f", text, million)
    expected = subprocess.run(["awk", condition, million], capture_output=True, check=True).stdout
    assert printed == expected


@each_filter
@pytest.mark.parametrize("group", ["srcaddr", "dstport"])
def test_top_is_awks(fast_weir, million, text, condition, group):
    rows = table(fast_weir, "top", group, "--limit", 1000000, "-f", text, million)
    found = {row[group]: tuple(int(row[name]) for name in ("records", "packets", "bytes")) for row in rows}
    assert found == grouped(million, condition, f"${COLUMN[group]}")


@each_filter
def test_timeline_is_awks(fast_weir, million, text, condition):
    rows = table(fast_weir, "timeline", "--step", STEP, "-f", text, million)
    found = {}
    for row in rows:
        start, accept, reject = (int(row[name]) for name in ("start", "accept", "reject"))
        if accept or reject:
            found[start] = (accept, reject)
    key = f'int($11 / {STEP}) * {STEP} " " $13'
    expected = {}
    for name, (records, _, _) in grouped(million, condition, key).items():
        start, action = name.split(" ")
        accept, reject = expected.get(int(start), (0, 0))
        expected[int(start)] = (accept + records, reject) if action == "ACCEPT" else (accept, reject + records)
    assert found == expected
