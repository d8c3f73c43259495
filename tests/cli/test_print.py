"""weir print: each form on small data, what comes back in, and where it stops."""

import csv
import gzip
import io
import json

import pytest
from cli import ACCEPTED, HEADER, NAMES, NODATA, REJECTED, SIX, SKIPDATA, SMALL, as_object, run, stats_of, write

TABLE = """\
START                ACTION   SRC ADDR        SPORT DST ADDR        DPORT PROTO    PKTS    BYTES INTERFACE
2023-11-14T22:13:20Z ACCEPT   192.0.2.10      49152 10.0.0.5          443 tcp        10     8400 eni-0a5b
2023-11-14T22:14:20Z REJECT   198.51.100.7    40000 10.0.0.5           22 tcp         1       40 eni-0a5b
2023-11-14T22:15:20Z ACCEPT   2001:db8::1     50000 2001:db8:1::5      80 tcp         3      300 eni-0c6d
2023-11-14T22:16:20Z NODATA   -                   - -                   - -           -        - eni-0c6d
2023-11-14T22:17:20Z SKIPDATA -                   - -                   - -           -        - eni-0c6d
"""


@pytest.fixture
def small(tmp_path):
    return write(tmp_path / "small.log", SMALL)


def test_table(weir, small):
    assert run(weir, "print", small)[0] == TABLE


def test_table_in_local_time_shows_the_offset(weir, small, monkeypatch):
    monkeypatch.setenv("TZ", "NPT-5:45")
    assert run(weir, "print", "--local", small)[0].split("\n")[1].startswith("2023-11-15T03:58:20+05:45 ACCEPT")


def test_table_with_chosen_fields(weir, small):
    out = run(weir, "print", "--fields", "dport,srcaddr,log-status", "-f", "reject", small)[0]
    assert [line.split() for line in out.split("\n")[:-1]] == [
        ["DPORT", "SRC", "ADDR", "STATUS"],
        ["22", "198.51.100.7", "OK"],
    ]


def test_color_marks_rejects_when_asked(weir, small):
    assert "\033[1;31mREJECT\033[0m" in run(weir, "print", "--color", "always", small)[0]
    assert "\033" not in run(weir, "print", small)[0]


def test_csv(weir, small):
    out = run(weir, "print", "-o", "csv", small)[0]
    assert out.split("\n")[0] == HEADER.replace(" ", ",")
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[1:] == [line.split(" ") for line in SMALL]


def test_csv_of_nothing_has_a_header(weir, small):
    assert run(weir, "print", "-o", "csv", "-f", "port 1", small)[0] == HEADER.replace(" ", ",") + "\n"
    assert run(weir, "print", "-o", "csv", "-f", "port 1", "--fields", "bytes", small)[0] == "bytes\n"


def test_csv_guards_formulas(weir, tmp_path):
    path = write(tmp_path / "x.log", [HEADER, ACCEPTED.replace("eni-0a5b", '=cmd|"/c",1')])
    rows = list(csv.reader(io.StringIO(run(weir, "print", "-o", "csv", path)[0])))
    assert rows[1][2] == "'" + '=cmd|"/c",1'


def test_jsonl(weir, small):
    lines = run(weir, "print", "-o", "jsonl", small)[0].split("\n")[:-1]
    assert [json.loads(line) for line in lines] == [as_object(line) for line in SMALL]
    assert [list(json.loads(line)) for line in lines] == [NAMES] * len(SMALL)


def test_jsonl_has_the_layouts_fields_in_its_order(weir, tmp_path):
    header = "dstport srcaddr flow-direction bytes"
    path = write(tmp_path / "x.log", [header, "22 192.0.2.1 ingress 18446744073709551615"])
    assert run(weir, "print", "-o", "jsonl", path)[0] == (
        '{"dstport":22,"srcaddr":"192.0.2.1","flow-direction":"ingress","bytes":18446744073709551615}\n'
    )


def test_raw(weir, small):
    assert run(weir, "print", "-o", "raw", small)[0].split("\n")[:-1] == SMALL


def test_format_option(weir, tmp_path):
    path = write(tmp_path / "x.log", ["22 192.0.2.1 REJECT"])
    out = run(weir, "print", "-o", "jsonl", "--format", "${dstport} ${srcaddr} ${action}", path)[0]
    assert json.loads(out) == {"dstport": 22, "srcaddr": "192.0.2.1", "action": "REJECT"}


def test_jsonl_comes_back_in_as_it_went_out(weir, small):
    once = run(weir, "print", "-o", "jsonl", small)[0]
    again = run(weir, "print", "-", "-o", "jsonl", data=once.encode())[0]
    assert again == once
    assert run(weir, "print", "-", "-o", "raw", data=once.encode())[0].split("\n")[:-1] == SMALL


def test_jsonl_of_other_layouts_and_of_strange_texts_comes_back_too(weir, tmp_path):
    strange = ACCEPTED.replace("eni-0a5b", 'eni-"x\\y\u202e\x1b[1m')
    gateway = "version resource-type tgw-id srcaddr dstaddr protocol packets-lost-no-route flow-direction"
    path = write(tmp_path / "x.log", [strange, gateway, "6 TransitGateway tgw-1 2001:db8::1 - 6 3 egress"])
    once = run(weir, "print", "-o", "jsonl", path)[0]
    assert json.loads(once.split("\n")[0])["interface-id"] == 'eni-"x\\y<U+202E>^[[1m'
    assert json.loads(once.split("\n")[1])["dstaddr"] is None
    assert run(weir, "print", "-", "-o", "jsonl", data=once.encode())[0] == once


def test_table_of_a_transit_gateway(weir, tmp_path):
    header = "version tgw-attachment-id srcaddr dstaddr srcport dstport protocol packets bytes start "
    header += "packets-lost-no-route"
    path = write(tmp_path / "x.log", [header, "6 tgw-attach-0a 10.0.0.1 10.1.0.1 1024 22 6 1 40 1700000000 3"])
    first, second = (line.split() for line in run(weir, "print", path)[0].split("\n")[:-1])
    assert first[-2:] == ["TGW", "ATTACH"] and "ACTION" not in first
    assert second == "2023-11-14T22:13:20Z 10.0.0.1 1024 10.1.0.1 22 tcp 1 40 3 tgw-attach-0a".split()


def test_standard_input_is_read_when_nothing_is_named(weir):
    data = "\n".join(SMALL).encode()
    assert run(weir, "print", data=data)[0] == TABLE
    assert run(weir, data=data)[0] == TABLE
    assert run(weir, "-", data=data)[0] == TABLE


def test_gzip_and_several_files_in_order(weir, tmp_path):
    with gzip.open(tmp_path / "b.log.gz", "wt") as file:
        file.write(HEADER + "\n" + SIX + "\n")
    write(tmp_path / "a.log", [ACCEPTED])
    write(tmp_path / "c.log", [REJECTED])
    out = run(weir, "print", "-o", "raw", tmp_path / "a.log", tmp_path / "b.log.gz", tmp_path / "c.log")[0]
    assert out.split("\n")[:-1] == [ACCEPTED, SIX, REJECTED]


def test_a_damaged_gzip_is_1_and_what_was_read_is_printed(weir, tmp_path):
    whole = gzip.compress("".join(line + "\n" for line in SMALL * 2000).encode(), 1)
    path = tmp_path / "cut.log.gz"
    path.write_bytes(whole[: len(whole) // 2])
    out, err = run(weir, "print", "-o", "raw", "--stats", path, status=1)
    lines = out.split("\n")[:-1]
    assert lines and lines == (SMALL * 2000)[: len(lines)]
    assert err.startswith("weir: ") and "cut.log.gz" in err.split("\n")[0]
    assert stats_of(err)["shown"] == sum(line.endswith(" OK") for line in lines)


def test_since_and_until_are_half_open(weir, small):
    arguments = ["print", "-o", "raw", "--since", "2023-11-14T22:14:20Z", "--until", "2023-11-14T22:15:20Z", small]
    assert run(weir, *arguments)[0].split("\n")[:-1] == [REJECTED]


def test_count_stops_and_the_stats_still_add_up(weir, tmp_path):
    path = write(tmp_path / "x.log", SMALL * 5000)
    out, err = run(weir, "print", "-o", "raw", "--count", 7, "--stats", path)
    assert out.split("\n")[:-1] == (SMALL * 2)[:7]
    stats = stats_of(err)
    assert stats["shown"] == 5 and stats["nodata_shown"] == 1 and stats["skipdata_shown"] == 1
    assert stats["filtered"] == stats["records"] - 5


def test_filtered_records_are_counted(weir, tmp_path):
    path = write(tmp_path / "x.log", SMALL * 1000)
    out, err = run(weir, "print", "-o", "raw", "-f", "reject", "--stats", path)
    assert out == (REJECTED + "\n") * 1000
    stats = stats_of(err)
    assert (stats["shown"], stats["filtered"]) == (1000, 2000)
    assert (stats["nodata"], stats["skipdata"]) == (1000, 1000)


def test_a_small_memory_loses_no_row(weir, tmp_path):
    path = write(tmp_path / "x.log", SMALL * 60000)
    out, err = run(weir, "print", "-o", "raw", "--memory", "4M", "--stats", path)
    assert out == "".join(line + "\n" for line in SMALL) * 60000
    assert stats_of(err)["evicted"] > 0


def starts(out):
    return [json.loads(line)["start"] for line in out.splitlines()]


def test_several_sources_that_end_are_merged_by_time(weir, tmp_path):
    """Each of them alone comes as it arrives; together the order of arrival would mean nothing."""
    path = write(tmp_path / "a.log", [REJECTED, ACCEPTED])
    now = ("--now", "2023-11-14T22:30Z", "-o", "jsonl")
    alone = starts(run(weir, "print", *now, path)[0])
    assert alone != sorted(alone)
    out, errors = run(weir, "print", *now, "--stats", path, "demo:quiet")
    merged = starts(out)
    assert merged == sorted(merged) and set(alone) <= set(merged) and len(merged) > 1000
    assert stats_of(errors)["shown"] <= len(merged)
    few = starts(run(weir, "print", *now, "--count", 5, "demo:quiet", path)[0])
    assert few == merged[:5]


def test_more_than_the_memory_holds_is_said_once(weir, tmp_path):
    path = write(tmp_path / "a.log", [REJECTED, ACCEPTED])
    now = ("--now", "2023-11-14T22:30Z", "-o", "jsonl")
    whole = run(weir, "print", *now, path, "demo")[0]
    out, errors = run(weir, "print", *now, "--stats", "--memory", "4M", path, "demo")
    assert sorted(starts(out)) == starts(whole)
    assert errors.count("more records came than --memory holds") == 1
    assert stats_of(errors)["ledger"] == []


def test_rows_of_several_layouts(weir, tmp_path):
    path = write(tmp_path / "x.log", [HEADER, ACCEPTED, "srcaddr dstport region", "192.0.2.9 53 eu-west-1"])
    out, err = run(weir, "print", "-o", "csv", path)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert rows[1]["srcaddr"] == "192.0.2.9" and rows[1]["bytes"] == "" and "region" not in rows[1]
    assert "use -o jsonl" in err
    objects = [json.loads(line) for line in run(weir, "print", "-o", "jsonl", path)[0].split("\n")[:-1]]
    assert objects[1] == {"srcaddr": "192.0.2.9", "dstport": 53, "region": "eu-west-1"}


def test_bad_lines_are_told_in_one_line(weir, tmp_path):
    path = write(tmp_path / "x.log", [ACCEPTED, ACCEPTED.replace("192.0.2.10", "192.0.2.999"), "", REJECTED])
    out, err = run(weir, "print", "-o", "raw", path)
    assert out.split("\n")[:-1] == [ACCEPTED, REJECTED]
    assert err.startswith("weir: 1 of 4 lines could not be read, e.g. line 2: column 4 (srcaddr): ")
    assert err.endswith("(see --stats)\n") and err.count("\n") == 1


def test_nothing_but_bad_lines_is_1(weir, tmp_path):
    path = write(tmp_path / "x.log", ["not a flow log at all", "neither is this"])
    out, err = run(weir, "print", path, status=1)
    assert out == "" and err.startswith("weir: 2 of 2 lines could not be read")


def test_an_empty_file_is_0(weir, tmp_path):
    assert run(weir, "print", write(tmp_path / "x.log", [])) == ("", "")


def test_the_numbers_add_up_on_a_nasty_file(weir, tmp_path):
    path = tmp_path / "nasty.log"
    wide = b"2 " + b"x" * 70000 + b"\n"
    lines = [line.encode() + b"\n" for line in SMALL]
    path.write_bytes(
        b"\xef\xbb\xbf" + HEADER.encode() + b"\r\n" + b"".join(lines) + b"\n\n   \n" + wide + b"\x00\xff\xfe\n"
        + lines[0].replace(b" ", b"   ") + lines[1][:-1] + b" surplus columns\n" + lines[2][:30] + b"\n"
        + HEADER.encode() + b"\n" + b"{broken\n" + lines[0][:-1]
    )  # fmt: skip
    for flags in ([], ["-f", "reject"], ["--count", "1"]):
        err = run(weir, "print", "--stats", *flags, path)[1]
        stats = stats_of(err)
        if "--count" not in flags:
            assert stats["lines"] == path.read_bytes().count(b"\n") + 1
            assert stats["records"] == 6 and stats["headers"] == 2 and stats["surplus"] == 1
            assert stats["bytes"] == path.stat().st_size
    for command in (["top", "srcaddr"], ["timeline"]):
        stats_of(run(weir, *command, "--stats", path)[1])


def test_nodata_and_skipdata_match_their_names(weir, small):
    assert run(weir, "print", "-o", "raw", "-f", "nodata", small)[0] == NODATA + "\n"
    assert run(weir, "print", "-o", "raw", "-f", "skipdata", small)[0] == SKIPDATA + "\n"


def test_the_demo_is_the_same_for_a_seed(weir):
    arguments = ["print", "-o", "raw", "--now", "2026-11-23T13:00Z", "demo", "--seed"]
    first = run(weir, *arguments, 1)[0]
    assert first == run(weir, *arguments, 1)[0]
    assert first != run(weir, *arguments, 2)[0]
    assert " REJECT OK" in first and " ACCEPT OK" in first
