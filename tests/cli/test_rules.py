"""rules and whatif: rules with what records did with each, and proposals against the records."""

import csv
import io
import json

import pytest
from cli import ACCEPTED, REJECTED, run, write

DEMO = ("demo", "--no-follow", "--now", "2026-11-23T14:05:00Z", "--seed", 7)
HTTPS = "sgr-0a10000000000443a"


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


def count(weir, expression):
    return len(run(weir, "print", *DEMO, "-f", expression, "-o", "raw")[0].splitlines())


def test_rules_in_three_forms(weir):
    told = rows(run(weir, "rules", *DEMO, "-o", "jsonl")[0])
    table = list(csv.DictReader(io.StringIO(run(weir, "rules", *DEMO, "-o", "csv")[0])))
    text, errors = run(weir, "rules", *DEMO)
    assert len(told) == len(table) > 30
    for one, row in zip(told, table):
        assert {name: str(value if value is not None else "") for name, value in one.items()} == row
        assert (one["last"] is None) == (one["accepted"] + one["rejected"] == 0)
    assert text.count("security group ") >= 4 and text.count("network ACL ") == 3
    assert sum("unused" in line for line in text.splitlines()) == sum(one["last"] is None for one in told)
    assert "rejected records fit no rule of the security groups" in errors


def test_counts_are_those_of_print(weir):
    told = {one["rule"]: one for one in rows(run(weir, "rules", *DEMO, "-o", "jsonl", "--scope", "shop-web")[0])}
    web = "(interface-id = eni-0a1000000000000a1 or interface-id = eni-0a2000000000000a2 or " \
          "interface-id = eni-0a3000000000000a3)"
    opening = "type = IPv4 and flow-direction = ingress and dstport = 443 and tcp-flags in (2, 3, 6, 7)"
    came = f"accept and {web} and {opening}"
    assert told[HTTPS]["accepted"] == count(weir, came) > 1000
    assert all(one["name"] == "shop-web" for one in told.values())


def test_the_filter_holds(weir):
    told = {one["rule"]: one for one in rows(run(weir, "rules", *DEMO, "-f", "reject", "-o", "jsonl")[0])}
    assert told[HTTPS]["accepted"] == 0
    late = {one["rule"]: one for one in rows(run(weir, "rules", *DEMO, "--since", "10m", "-o", "jsonl")[0])}
    everything = {one["rule"]: one for one in rows(run(weir, "rules", *DEMO, "-o", "jsonl")[0])}
    assert 0 < late[HTTPS]["accepted"] < everything[HTTPS]["accepted"]


def test_unused_rules(weir):
    everything = rows(run(weir, "rules", *DEMO, "-o", "jsonl")[0])
    unused = rows(run(weir, "rules", *DEMO, "--unused", "-o", "jsonl")[0])
    assert unused == [one for one in everything if one["last"] is None]


@pytest.mark.parametrize("scope, words", [
    ("web-9", "called web-9; there is web-1, web-2, web-3"),
    ("shop-public-a", "several things are called shop-public-a: say which"),
    ("sg-0", "is called sg-0"),
])
def test_scopes_that_are_not_there(weir, scope, words):
    out, errors = run(weir, "rules", *DEMO, "--scope", scope, status=2)
    assert out == "" and errors.startswith("weir: --scope: ") and words in errors and errors.count("\n") == 1


def test_what_if(weir):
    out, errors = run(weir, "whatif", "add shop-web in tcp 80 from 203.0.113.0/24", *DEMO, "-o", "jsonl", "--limit",
                      100000)
    totals, *changes = rows(out)
    knocks = count(weir, "cause = sg-ingress and dstport = 80 and protocol = tcp and srcaddr = 203.0.113.0/24")
    assert totals["opened"] == sum(one["records"] for one in changes) == knocks > 1000
    assert totals["closed"] == totals["still_denied"] == totals["unknown"] == 0
    assert len(changes) == totals["flows"] and errors == ""
    assert {one["change"] for one in changes} == {"opens"} and {one["port"] for one in changes} == {80}
    text, errors = run(weir, "whatif", f"remove {HTTPS}", *DEMO, "--limit", 3)
    assert text.startswith("remove from security group shop-web (sg-0a000000000000a01): in tcp 443 from 0.0.0.0/0\n")
    assert text.count("\ncloses ") == 3 and "--limit prints more" in errors
    assert f"aws ec2 revoke-security-group-ingress --group-id sg-0a000000000000a01 --security-group-rule-ids {HTTPS}" \
        in text


def test_a_proposal_that_cannot_be_read(weir):
    out, errors = run(weir, "whatif", "add shop-web in tpc 80 from 203.0.113.7", *DEMO, status=2)
    assert out == "" and errors.startswith("weir: whatif: column 17: a protocol (tcp")
    assert "name what would" in run(weir, "whatif", status=2)[1] or "say what would" in run(weir, "whatif", status=2)[1]


def test_without_a_network(weir, tmp_path):
    log = write(tmp_path / "flow.log", [ACCEPTED, REJECTED])
    for words in (("rules",), ("whatif", "remove sgr-1")):
        out, errors = run(weir, *words, log, status=2)
        assert out == "" and "there is no network to ask: --network names a saved one" in errors


def test_forms(weir):
    assert "use -o text or -o jsonl" in run(weir, "whatif", "remove sgr-1", "demo", "-o", "csv", status=2)[1]
    assert "-o raw belongs to print" in run(weir, "rules", "demo", "-o", "raw", status=2)[1]
