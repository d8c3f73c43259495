"""top and timeline as tables and as data."""

import json
import os

import pytest
from cli import SMALL, run, write



@pytest.fixture
def small(tmp_path):
    return write(tmp_path / "small.log", SMALL)


def test_top_as_a_table(weir, small):
    out = run(weir, "top", "srcaddr/24/64,dstport", small)[0]
    assert out.split("\n")[0].split() == ["RANK", "SRC", "ADDR", "DPORT", "RECORDS", "PACKETS", "BYTES", "%"]
    rows = [line.split() for line in out.split("\n")[1:-1]]
    assert sorted(row[1] for row in rows) == ["192.0.2.0/24", "198.51.100.0/24", "2001:db8::/64"]
    assert [row[0] for row in rows] == ["1", "2", "3"] and {row[-1] for row in rows} == {"33.3%"}
    assert len({line.rindex("%") for line in out.split("\n")[1:-1]}) == 1


def test_top_as_jsonl(weir, small):
    out = run(weir, "top", "srcaddr,dstport", "--by", "bytes", "-o", "jsonl", "--limit", 2, small)[0]
    assert [json.loads(line) for line in out.split("\n")[:-1]] == [
        {"srcaddr": "192.0.2.10", "dstport": 443, "records": 1, "packets": 10, "bytes": 8400},
        {"srcaddr": "2001:db8::1", "dstport": 80, "records": 1, "packets": 3, "bytes": 300},
    ]


def test_top_of_nothing(weir, small):
    assert run(weir, "top", "srcaddr", "-o", "jsonl", "-f", "port 1", small)[0] == ""
    assert run(weir, "top", "srcaddr", "-o", "csv", "-f", "port 1", small)[0] == "srcaddr,records,packets,bytes\n"


def timeline(weir, *arguments, locale="C.UTF-8"):
    return run(weir, "timeline", *arguments, env={**os.environ, "LC_ALL": locale})[0].split("\n")[:-1]


def test_timeline_as_a_table(weir, small):
    rows = timeline(weir, "--step", "1m", small)
    assert rows[0].split() == ["START", "ACCEPT", "REJECT", "OTHER", "MARK"]
    assert [row[:20] for row in rows[1:]] == [f"2023-11-14T22:1{k}:00Z" for k in range(3, 8)]
    assert "█" * 12 in rows[1] and rows[5].endswith(" skipdata")
    assert [row.split()[1] for row in rows[1:]] == ["1", "0", "1", "0", "0"]


def test_timeline_draws_with_ascii_where_it_must(weir, small):
    for rows in (timeline(weir, "--ascii", small), timeline(weir, small, locale="C")):
        assert all(row.isascii() for row in rows)
        assert any("#" in row for row in rows)


def test_timeline_prints_empty_buckets_and_the_asked_stretch(weir, small):
    rows = timeline(
        weir, "--step", "30s", "--since", "2023-11-14T22:14Z", "--until", "2023-11-14T22:16Z", "-o", "csv", small
    )
    assert rows[0] == "start,accept,reject,other,skipdata,mark"
    assert [row.split(",")[:3] for row in rows[1:]] == [
        ["1700000040", "0", "1"],
        ["1700000070", "0", "0"],
        ["1700000100", "1", "0"],
        ["1700000130", "0", "0"],
    ]


def test_timeline_chooses_about_60_buckets(weir, tmp_path):
    for span in (60, 3600, 7200, 86400, 86400 * 30, 86400 * 365):
        last = SMALL[0].replace("1700000000", str(1700000000 + span)).replace("1700000060", str(1700000060 + span))
        rows = timeline(weir, "-o", "csv", write(tmp_path / "x.log", [SMALL[0], last]))
        assert 12 <= len(rows) - 1 <= 73, span


def test_timeline_marks_a_spike(weir, tmp_path):
    lines = []
    for minute in range(60):
        for k in range(200 if minute == 40 else 2):
            start = 1700000040 + minute * 60 + k % 60
            lines.append(SMALL[1].replace("1700000060", str(start)).replace("1700000120", str(start + 10)))
    rows = timeline(weir, "--step", "60", "-o", "csv", write(tmp_path / "x.log", lines))
    marked = [row.split(",")[0] for row in rows if row.endswith(",spike")]
    assert marked == [str(1700000040 + 40 * 60)]


def test_timeline_of_nothing(weir, tmp_path):
    assert timeline(weir, "-o", "jsonl", write(tmp_path / "x.log", [])) == []


def test_timeline_refuses_what_nobody_reads(weir, tmp_path):
    path = write(tmp_path / "x.log", [SMALL[0], SMALL[0].replace("1700000000", "1").replace("1700000060", "2")])
    err = run(weir, "timeline", "--step", 1, path, status=2)[1]
    assert "longer --step" in err and err.count("\n") == 1
