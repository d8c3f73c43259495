"""Every number is what awk says of the same file: matching lines, groups, time buckets, facets.

A million generated records, ten filters, the release build. awk is the oracle because it knows nothing of us."""

import csv
import functools
import io
import re
import subprocess

import pytest
from harness import dashboard

COUNT = 1_000_000
STEP = 60

REJECT = '$13 == "REJECT"'
SSH_RDP = "($7 == 22 || $7 == 3389)"
WINDOW = "$11 >= 1767228000 && $11 < 1767229200"

# filter; the same in awk over the default format; for each facet that a condition speaks of, the rest without it
FILTERS = [
    ("", "1", {}),
    ("reject", REJECT, {"action": "1"}),
    ("action = REJECT and dstport in (22, 3389)", f"{REJECT} && {SSH_RDP}", {"action": SSH_RDP, "dstport": REJECT}),
    ("dstport in 8000-8100", '$7 != "-" && $7 >= 8000 && $7 <= 8100', {"dstport": "1"}),
    ("srcaddr in 203.0.113.0/24", "$4 ~ /^203\\.0\\.113\\./", {"srcaddr": "1"}),
    ("host 10.0.1.46", '$4 == "10.0.1.46" || $5 == "10.0.1.46"', {}),
    ("not tcp and bytes > 10000", '$8 != "6" && $10 != "-" && $10 > 10000', {"protocol": '$10 != "-" && $10 > 10000'}),
    ("ipv6", "$4 ~ /:/ || $5 ~ /:/", {}),
    ("interface-id ~ '07ab$' or packets = 1", '$3 ~ /07ab$/ || $9 == "1"', {}),
    ("port 443 and start >= 1767228000 and start < 1767229200", f'($6 == "443" || $7 == "443") && {WINDOW}', {}),
]
COLUMN = {"action": 13, "dstport": 7, "srcaddr": 4, "dstaddr": 5, "interface-id": 3, "protocol": 8, "log-status": 14}


def awk(path, program):
    """Lines that an awk program prints for a file."""
    done = subprocess.run(["awk", program, path], capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


@functools.cache
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


NAMES = [text or "(none)" for text, _, _ in FILTERS]
each_filter = pytest.mark.parametrize("text, condition", [row[:2] for row in FILTERS], ids=NAMES)


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


# ---- what the screen says, at 200x50 where everything has room ----

FACETS = ["action", "dstport", "srcaddr", "dstaddr", "interface-id", "protocol", "flow-direction", "log-status"]
PANEL = 33  # columns of the facets
TITLE = re.compile(r"^│ ([1-8]) [A-Z]")
VALUE = re.compile(r"^│ \[(.)\] (.+?) +([\d,]+)[ █▉▊▋▌▍▎▏]*│")
PROTOCOLS = {"tcp": "6", "udp": "17", "icmp": "1", "(none)": "-"}
CURSOR = re.compile(r"^ (\d\d):(\d\d):(\d\d)Z \+(\d+)([sm]) +REJECT ([\d,]+) +ACCEPT ([\d,]+)", re.M)
MIDNIGHT = 1767225600  # where the generated file begins


def number(text):
    return int(text.replace(",", ""))


def shown_facets(term):
    """Facet name -> list of (mark, label, count) as the panel has them."""
    found, facet = {}, None
    for line in term.lines():
        title, value = TITLE.match(line[:PANEL]), VALUE.match(line[:PANEL])
        if title:
            facet = FACETS[int(title.group(1)) - 1]
        elif value and facet:
            found.setdefault(facet, []).append((value.group(1), value.group(2), number(value.group(3))))
    return found


def label_value(facet, label):
    """The value that a label stands for; None if it was cut."""
    if re.search("[…~]", label):
        return None
    return PROTOCOLS[label] if facet == "protocol" else "-" if label == "(none)" else label.split(" ")[0]


def facet_counts(path, condition, others):
    """Facet -> value -> rows, by one run of awk: NODATA and SKIPDATA are rows too."""
    counts = "\n".join(
        f'({others.get(facet, condition)}) {{ n["{facet} " ${column}]++ }}' for facet, column in COLUMN.items()
    )
    expected = {facet: {} for facet in COLUMN}
    for line in awk(path, f'{counts}\nEND {{ for (k in n) printf "%s %.0f\\n", k, n[k] }}'):
        facet, value, count = line.split(" ")
        expected[facet][value] = int(count)
    return expected


def assert_facet(shown, expected, facet):
    """Each count is awk's; those that the filter does not pin are the largest, "(none)" behind them."""
    marked = [label_value(facet, label) for mark, label, _ in shown if mark != " "]
    for _, label, count in shown:
        value = label_value(facet, label)
        assert value is None or count == expected.get(value, 0), f"{facet} {label}"
    free = [count for mark, label, count in shown if mark == " " and label != "(none)"]
    most = sorted((count for value, count in expected.items() if value not in [*marked, "-"]), reverse=True)
    assert free == most[: len(free)], facet


each_full_filter = pytest.mark.parametrize("text, condition, others", FILTERS, ids=NAMES)


@each_full_filter
def test_facets_and_matches_on_the_screen_are_awks(fast_weir, million, text, condition, others):
    matched = len(awk(million, f"({condition}) {{ print 1 }}"))
    expected = facet_counts(million, condition, others)

    def check(term):
        facets = shown_facets(term)
        assert len(facets) >= 4
        for facet, shown in facets.items():
            assert_facet(shown, expected[facet], facet)

    with dashboard(fast_weir, million, "-f", text, size=(200, 50)) as term:
        term.wait_for(f" {matched:,} of {COUNT:,}")
        term.eventually(check)
        term.keys("8")
        term.wait_for(lambda t: "log-status" in shown_facets(t))
        term.eventually(check)


def cursor_counts(term):
    """(start, step, accept, reject) of the column under the time cursor."""
    match = CURSOR.search(term.text())
    assert match, term.dump()
    hours, minutes, seconds, step, unit, reject, accept = match.groups()
    start = MIDNIGHT + int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return start, int(step) * (60 if unit == "m" else 1), number(accept), number(reject)


@each_full_filter
def test_timeline_on_the_screen_is_awks(fast_weir, million, text, condition, others):
    """The time cursor walks over the newest columns and reads their counts out."""
    del others
    with dashboard(fast_weir, million, "-f", text, size=(200, 50)) as term:
        term.keys("[")
        first, step, _, _ = term.eventually(cursor_counts)
        expected = grouped(million, condition, f'int($11 / {step}) * {step} " " $13')

        def check(term):
            start, width, accept, reject = cursor_counts(term)
            assert (start, width) == (place, step)
            assert accept == expected.get(f"{start} ACCEPT", (0,))[0], start
            assert reject == expected.get(f"{start} REJECT", (0,))[0], start

        for place in range(first, first - 70 * step, -step):
            term.eventually(check)
            term.keys("[")


TOP = re.compile(r"│ (\S+) +([\d.,]+[KMG]?) +([\d.,]+[KMG]?) +\d+% *│")


def rounded(text):
    """(value, half a unit of its last digit) of "4.9K" or "4,861"."""
    digits, unit = re.fullmatch(r"([\d.,]+)([KMG]?)", text).groups()
    scale = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}[unit]
    places = len(digits.split(".")[1]) if "." in digits else 0
    return float(digits.replace(",", "")) * scale, 0.0 if not unit else 0.51 * scale / 10**places


@each_full_filter
def test_top_talkers_on_the_screen_are_awks(fast_weir, million, text, condition, others):
    del others
    expected = grouped(million, condition, "$4")
    most = sorted((records for records, _, _ in expected.values()), reverse=True)

    def check(term):
        rows = [match.groups() for match in map(TOP.search, term.lines()) if match]
        assert len(rows) >= min(8, len(most))
        for place, (address, records, _) in enumerate(rows):
            value, slack = rounded(records)
            assert abs(value - most[place]) <= slack, f"place {place}"
            if not re.search("[…~]", address):
                assert abs(value - expected[address][0]) <= slack, address

    with dashboard(fast_weir, million, "-f", text, size=(200, 50)) as term:
        term.eventually(check)
