"""print, top and timeline say what awk says of the same 20,000 lines, for ten filters."""

import csv
import io
import json
import subprocess

import pytest
from cli import generate, run, stats_of, write

FILTERS = [
    ("reject", '$13 == "REJECT"'),
    ("dstport in (22, 3389)", "$7 == 22 || $7 == 3389"),
    ("src net 203.0.113.0/24", "$4 ~ /^203\\.0\\.113\\./"),
    ("bytes > 1M", '$10 != "-" && $10 > 1000000'),
    ("udp and not port 53", '$8 == 17 && !($6 == 53 || $7 == 53) && $13 != "-"'),
    ("interface-id ~ '^eni-0[0-7]'", "$3 ~ /^eni-0[0-7]/"),
    ("start >= 1700001000 and start < 1700002000", "$11 >= 1700001000 && $11 < 1700002000"),
    ("action != reject and packets <= 100", '$13 != "REJECT" && $9 != "-" && $9 <= 100'),
    ("dst 10.0.1.0/24 or dst 10.0.2.0/24", "$5 ~ /^10\\.0\\.[12]\\./"),
    ("nodata or skipdata", '$14 != "OK"'),
]
STEP = 60


def awk(program, path):
    done = subprocess.run(["awk", program, path], capture_output=True, check=True)
    return done.stdout.decode().split("\n")[:-1]


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    return write(tmp_path_factory.mktemp("counts") / "flow.log", generate(20000))


each_filter = pytest.mark.parametrize("text, condition", FILTERS, ids=[text for text, _ in FILTERS])


@each_filter
def test_print_is_awks(weir, generated, text, condition):
    out, err = run(weir, "print", "-o", "raw", "--stats", "-f", text, generated)
    expected = awk(condition, generated)
    assert expected and out.split("\n")[:-1] == expected
    assert stats_of(err)["shown"] == sum(line.endswith(" OK") for line in expected)


@each_filter
def test_top_is_awks(weir, generated, text, condition):
    program = f"""$13 != "-" && ({condition}) {{ n[$4 " " $7]++; p[$4 " " $7] += $9; b[$4 " " $7] += $10 }}
        END {{ for (k in n) printf "%s %d %d %.0f\\n", k, n[k], p[k], b[k] }}"""
    expected = sorted(line.split(" ") for line in awk(program, generated))
    out = run(weir, "top", "srcaddr,dstport", "-o", "csv", "--limit", 100000, "-f", text, generated)[0]
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == ["srcaddr", "dstport", "records", "packets", "bytes"]
    assert sorted(rows[1:]) == expected


@each_filter
def test_timeline_is_awks(weir, generated, text, condition):
    program = f"""({condition}) {{ t = int($11 / {STEP}) * {STEP}
        if ($13 == "ACCEPT") a[t]++; else if ($13 == "REJECT") r[t]++; else if ($14 == "NODATA") o[t]++; else s[t]++
        seen[t] }} END {{ for (t in seen) print t, a[t] + 0, r[t] + 0, o[t] + 0, s[t] + 0 }}"""
    expected = sorted(tuple(map(int, line.split(" "))) for line in awk(program, generated))
    out = run(weir, "timeline", "--step", STEP, "-o", "jsonl", "-f", text, generated)[0]
    rows = [json.loads(line) for line in out.split("\n")[:-1]]
    names = ("start", "accept", "reject", "other", "skipdata")
    assert [tuple(row[name] for name in names) for row in rows if any(row[name] for name in names[1:])] == expected
    starts = [row["start"] for row in rows]
    assert starts == list(range(starts[0], starts[-1] + STEP, STEP)), "empty buckets are printed too"


@pytest.mark.parametrize("by, column", [("records", 2), ("packets", 3), ("bytes", 4)])
def test_top_begins_with_the_largest(weir, generated, by, column):
    out = run(weir, "top", "srcaddr,dstport", "-o", "csv", "--by", by, "--limit", 50, generated)[0]
    sizes = [int(row[column]) for row in list(csv.reader(io.StringIO(out)))[1:]]
    assert len(sizes) == 50 and sizes == sorted(sizes, reverse=True)


def test_counts_outlive_the_rows(weir, tmp_path):
    path = write(tmp_path / "x.log", generate(20000) * 12)
    out, err = run(weir, "top", "action", "-o", "jsonl", "--memory", "4M", "--stats", path)
    stats = stats_of(err)
    assert stats["evicted"] > 0
    assert sum(json.loads(line)["records"] for line in out.split("\n")[:-1]) == stats["records"]
    out = run(weir, "timeline", "-o", "jsonl", "--memory", "4M", path)[0]
    rows = [json.loads(line) for line in out.split("\n")[:-1]]
    assert sum(row["accept"] + row["reject"] for row in rows) == stats["records"]
