"""explain and path: one verdict a REJECT in the output contract, from the demo, files, standard input and flows that
are in no log."""

import json
import signal
import subprocess

import pytest
from cli import ACCEPTED, NODATA, REJECTED, SIX, run, write

NOW = "2026-11-23T14:05:00Z"
DEMO = ("demo", "--no-follow", "--now", NOW, "--seed", 7)
KEYS = {"cause_id", "cause", "title", "confidence", "flow", "phase", "direction", "reject_reason", "acted_on",
        "also_blocking", "near_miss", "fix", "change", "assumptions", "missing", "next_steps", "evidence", "hops"}
WEB = "eni=eni-0a1000000000000a1 src=203.0.113.7 dst=10.0.1.10 dport=80 proto=tcp dir=in"


@pytest.fixture(scope="module")
def network(weir, tmp_path_factory):
    path = tmp_path_factory.mktemp("network") / "net.json"
    run(weir, "snapshot", "demo", "--now", NOW, "-o", path)
    return path


def verdicts(text):
    return [json.loads(line) for line in text.splitlines()]


def test_the_demo_is_explained(weir):
    told = verdicts(run(weir, "explain", *DEMO, "-o", "jsonl", timeout=300)[0])
    rejects = run(weir, "print", *DEMO, "-f", "reject", "-o", "raw")[0].splitlines()
    assert len(told) == len(rejects) > 10000
    causes = {one["cause"] for one in told}
    assert causes == {"sg-ingress", "late-packet", "late-udp-reply", "idle-timeout"}
    for one in told:
        assert KEYS <= set(one), KEYS - set(one)
        assert one["title"] and one["hops"] and one["evidence"] and not one["missing"]
        assert 0 <= one["confidence"]["number"] <= 99
        blocks = [hop for hop in one["hops"] if hop["verdict"] == "block"]
        assert bool(blocks) == (one["cause"] == "sg-ingress")
        assert all("0.0.0.0/0" not in command and "::/0" not in command for command in one["fix"]["commands"])


def test_the_cause_of_the_incident(weir):
    told = verdicts(run(weir, "explain", *DEMO, "-f", "dstaddr = 10.0.1.10 and dstport = 80", "-o", "jsonl",
                        "--count", 3)[0])
    assert len(told) == 3
    for one in told:
        assert (one["cause_id"], one["cause"], one["acted_on"]["name"]) == ("R4", "sg-ingress", "shop-web")
        assert one["near_miss"][0]["why"] == "port 80 is not 443"
        assert "authorize-security-group-ingress --group-id sg-0a000000000000a01" in one["fix"]["commands"][0]


@pytest.mark.parametrize("scenario, cause, component", [
    ("nacl", "nacl-out-reply", "network ACL"), ("web", "sg-ingress", "security group")])
def test_scenarios_have_their_causes(weir, scenario, cause, component):
    told = verdicts(run(weir, "explain", f"demo:{scenario}", *DEMO[1:], "-f", f"cause = {cause}", "-o", "jsonl",
                        "--count", 20, timeout=300)[0])
    assert len(told) == 20
    assert {one["acted_on"]["component"] for one in told} == {component}


def test_causes_filter_and_group(weir):
    late = run(weir, "print", *DEMO, "-f", "cause = late-packet", "-o", "raw")[0].splitlines()
    assert 50 < len(late) < 500
    rows = verdicts(run(weir, "top", "cause", *DEMO, "-o", "jsonl")[0])
    counted = {row["cause"]: row["records"] for row in rows}
    assert counted["late-packet"] == len(late)
    hidden = run(weir, "print", *DEMO, "-f", "reject and cause != late-packet", "-o", "raw")[0].splitlines()
    assert len(hidden) == sum(counted[name] for name in counted if name not in ("late-packet", "", None))


def test_text_folds_what_is_alike(weir):
    out, _ = run(weir, "explain", *DEMO, "-f", "dstaddr = 10.0.1.10 and dstport = 80")
    assert out.count("No inbound rule of security group shop-web") == 1
    assert "more like it at the same interface and port" in out
    assert "aws ec2 authorize-security-group-ingress" in out
    long = [line for line in out.splitlines() if len(line) > 120 and "aws ec2" not in line]
    assert not long


def test_path_draws_both_ways(weir):
    out, _ = run(weir, "path", *DEMO, "-f", "accept and dstport = 443", "--count", 1)
    assert out.index("internet gateway") < out.index("network ACL") < out.index("security group")
    assert "reply" in out and "XX" not in out
    told = verdicts(run(weir, "path", *DEMO, "-f", "reject and dstport = 80", "--count", 1, "-o", "jsonl")[0])[0]
    acted = [hop for hop in told["hops"] if hop["acted"]]
    assert [hop["component"] for hop in acted] == ["security group"]
    assert acted[0]["code"] == "ENI_SG_RULES_MISMATCH"


def test_a_flow_that_is_in_no_log(weir, network):
    told = verdicts(run(weir, "explain", "--flow", WEB, "--network", network, "--now", NOW, "-o", "jsonl")[0])[0]
    assert (told["cause"], told["acted_on"]["name"]) == ("sg-ingress", "shop-web")
    six = "eni=eni-0a1000000000000a1 src=2001:db8::7 dst=2001:db8:1234:100::10 dport=443 proto=tcp dir=in action=ACCEPT"
    out, _ = run(weir, "path", "--flow", six, "--network", network, "--now", NOW)
    assert "2001:db8::7" in out and "XX" not in out


@pytest.mark.parametrize("flow, column, words", [
    ("src=203.0.113.7 dport=80", 25, "both addresses"),
    ("src=203.0.113.7 dst=nothing dport=80", 21, "nothing is no value of dstaddr"),
    ("src=203.0.113.7 colour=red", 17, "a flow has no colour"),
    ("hello", 1, "write name=value here"),
    ("", 1, "proto="),
])
def test_a_flow_that_cannot_be_read(weir, network, flow, column, words):
    errors = run(weir, "explain", "--flow", flow, "--network", network, status=2)[1]
    assert errors.startswith(f"weir: --flow, column {column}: ") and words in errors
    assert errors.count("\n") == 1


def test_without_a_network_the_records_speak(weir, tmp_path):
    log = write(tmp_path / "flow.log", [ACCEPTED, REJECTED, SIX, NODATA])
    out, errors = run(weir, "explain", log, "-o", "jsonl")
    told = verdicts(out)
    assert len(told) == 1 and told[0]["cause"] == "undetermined" and told[0]["missing"]
    assert told[0]["confidence"]["number"] <= 70 and not told[0]["fix"]["commands"]
    assert errors == ""
    data = (tmp_path / "flow.log").read_bytes()
    assert run(weir, "explain", "-", "-o", "jsonl", data=data)[0] == out


def test_a_bpa_record_needs_no_network(weir, tmp_path):
    header = ("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
              "log-status reject-reason")
    lines = [header, f"{REJECTED.replace('2 1234', '8 1234', 1)} BPA"]
    told = verdicts(run(weir, "explain", write(tmp_path / "bpa.log", lines), "-o", "jsonl")[0])
    assert [(one["cause_id"], one["cause"], one["confidence"]["word"]) for one in told] == [("R1", "bpa", "certain")]


def test_nothing_to_explain_is_said(weir, tmp_path):
    out, errors = run(weir, "explain", write(tmp_path / "flow.log", [ACCEPTED, NODATA]))
    assert (out, errors) == ("", "weir: no REJECT matches: there is nothing to explain\n")


def test_networks_that_cannot_be_read(weir, tmp_path):
    log = write(tmp_path / "flow.log", [REJECTED])
    cut = tmp_path / "cut.json"
    cut.write_text('{"WeirNetwork":1,"Region":"us-east-1","NetworkInterfaces":[{')
    (tmp_path / "empty").mkdir()
    for path in ("/nothing/here", cut, tmp_path / "empty"):
        out, errors = run(weir, "explain", log, "--network", path, status=1)
        assert out == "" and errors.count("\n") == 1 and str(path) in errors, errors


def test_a_reader_that_goes_away(weir):
    command = [weir, "explain", *map(str, DEMO), "-o", "jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read().decode()
        assert process.wait(60) in (0, -signal.SIGPIPE, 141), errors
    assert errors == ""


def test_follow_stops_at_the_count(weir):
    out, _ = run(weir, "explain", "demo", "-F", "--now", NOW, "--count", 2, "-o", "jsonl")
    assert len(verdicts(out)) == 2


def test_forms(weir):
    for command in ("explain", "path"):
        for form in ("csv", "raw"):
            assert "use -o text or -o jsonl" in run(weir, command, "demo", "-o", form, status=2)[1]
