"""weir report and weir watch: what broke, who did it, as Markdown, as JSON and as lines for programs."""

import json
import re
import subprocess
import time

import pytest
from cli import ACCOUNT, run, write

NOW = "2026-11-23T14:05:00Z"
DEMO = ("--now", NOW, "--seed", 7)
BEGIN = 1784900040


def line(minute, second, action, peer=1, port=443, sport=None, eni="eni-0a5b"):
    start = BEGIN + minute * 60 + second
    return (f"2 {ACCOUNT} {eni} 203.0.113.{peer} 10.0.0.5 {sport or 20000 + minute * 60 + second} {port} 6 1 60 "
            f"{start} {start + 20} {action} OK")


def life(down=(200, 225), minutes=225, **settings):
    """A service that works, and is rejected between two minutes."""
    return [line(minute, k * 9, "REJECT" if down[0] <= minute < down[1] else "ACCEPT", 1 + k, **settings)
            for minute in range(minutes) for k in range(6)]


def event(name="RevokeSecurityGroupIngress", seconds=200 * 60 - 5, **more):
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(BEGIN + seconds))
    return {"eventVersion": "1.10", "eventTime": moment, "eventSource": "ec2.amazonaws.com", "eventName": name,
            "awsRegion": "eu-west-1", "sourceIPAddress": "192.0.2.7", "userAgent": "aws-cli/2.17", "eventID": "e-1",
            "userIdentity": {"type": "IAMUser", "userName": "dev-7", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
            "requestParameters": {"groupId": "sg-0c3", "ipPermissions": {"items": [
                {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443,
                 "ipRanges": {"items": [{"cidrIp": "203.0.113.0/24"}]}}]}},
            "responseElements": {"_return": True}, "recipientAccountId": ACCOUNT, **more}


@pytest.fixture
def log(tmp_path):
    return write(tmp_path / "flow.log", life())


def incidents(weir, *arguments, **options):
    return json.loads(run(weir, "report", *arguments, "-o", "json", **options)[0])


# ---- the demo ----


def test_the_demo_is_written_down(weir):
    text = run(weir, "report", "demo", *DEMO)[0]
    assert text.startswith("# tcp 80 of web-1 is rejected since 2026-11-23 13:40:00 UTC\n")
    rows = re.findall(r"^\| (2026\S+) \| (.*) \|$", text, re.M)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows) and len(rows) == 5
    assert "- ingress tcp 80 from 0.0.0.0/0" in text and "- ingress tcp 80 from ::/0" in text
    assert "aws ec2 authorize-security-group-ingress --region us-east-1" in text
    assert "not a cause" in rows[0][1] and "was refused" in rows[1][1]
    assert "eventVersion" not in text and "eventVersion" in run(weir, "report", "demo", *DEMO, "--raw")[0]
    assert text == run(weir, "report", "demo", *DEMO)[0]


def test_the_demo_as_json(weir):
    (one,) = incidents(weir, "demo", *DEMO)
    assert one["certainty"] == "certain" and one["service"]["port"] == 80 and not one["recovered"]
    (suspect,) = one["suspects"]
    assert suspect["event"]["event_name"] == "RevokeSecurityGroupIngress" and suspect["score"] == 1
    assert suspect["event"]["who"] == "role/InfraPipeline" and suspect["event"]["session"] == "run-4411"
    assert [event["error_code"] for event in one["refused"]] == ["Client.UnauthorizedOperation"]
    assert [event["who"] for event in one["others"]] == ["user/dev-7"]
    # what it names shows the records
    shown = run(weir, "print", "demo", "--no-follow", *DEMO, "-f", one["service"]["filter"] + " action = REJECT")[0]
    assert shown.count("\n") > 1000


def test_rejected_answers(weir):
    told = incidents(weir, "demo:nacl", *DEMO)
    assert len(told) == 4
    for one in told:
        assert one["certainty"] == "certain" and one["answers"]
        (suspect,) = one["suspects"]
        assert suspect["event"]["event_name"] == "DeleteNetworkAclEntry" and suspect["event"]["who"] == "user/ops-2"
        assert "create-network-acl-entry --network-acl-id acl-0a000000000000a02 --rule-number 130" in suspect["undo"]
        assert "network ACL shop-public-b" in one["common"]


def test_nothing_broke(weir):
    assert "No service that was accepted is rejected now." in run(weir, "report", "demo:quiet", *DEMO)[0]
    assert incidents(weir, "demo:quiet", *DEMO) == []


# ---- files ----


def test_without_network_and_changes_the_flip_is_there(weir, log):
    (one,) = incidents(weir, log)
    assert one["first_reject"] == BEGIN + 200 * 60 and one["last_accept"] == BEGIN + 199 * 60 + 45
    assert one["rejects"] == 150 and one["certainty"] == "unexplained" and "--changes" in one["summary"]


def test_changes_without_a_network_are_possible_at_most(weir, log, tmp_path):
    trail = write(tmp_path / "trail.json", [json.dumps({"Records": [event()]})])
    (one,) = incidents(weir, log, "--changes", trail)
    assert one["certainty"] in ("unexplained", "possible")


def test_a_log_of_rejects_says_so(weir, tmp_path):
    log = write(tmp_path / "flow.log", [one for one in life(down=(0, 225))])
    assert "has no ACCEPT" in run(weir, "report", log)[0]


def test_texts_of_events_are_tame(weir, log, tmp_path):
    hostile = "a\x1b]0;owned\x07|b`c\nd**e"
    trail = tmp_path / "trail.json"
    trail.write_text(json.dumps([event(userIdentity={"type": "IAMUser", "userName": hostile},
                                       errorCode="Client.UnauthorizedOperation")]))
    text = run(weir, "report", log, "--changes", trail)[0]
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)
    for row in re.findall(r"^\|.*$", text, re.M):
        assert len(re.findall(r"(?<!\\)\|", row)) == 3, row
    (one,) = incidents(weir, log, "--changes", trail)
    assert one["refused"][0]["who"].startswith("user/a^[]0;owned^G|b`c^Jd**e")


def test_what_is_no_trail_is_one_clear_line(weir, log, tmp_path):
    notes = write(tmp_path / "notes.txt", ["nothing of that kind"])
    _, errors = run(weir, "report", log, "--changes", notes, status=1)
    assert errors.count("\n") == 1 and "notes.txt" in errors and "CloudTrail" in errors
    _, errors = run(weir, "report", log, "--changes", tmp_path / "none.json", status=1)
    assert errors.count("\n") == 1 and "none.json" in errors


# ---- watch ----


def lines(text):
    return [json.loads(one) for one in text.splitlines()]


def test_watch_tells_flip_and_recovery(weir, tmp_path):
    log = write(tmp_path / "flow.log", life(down=(200, 215), minutes=235))
    told = lines(run(weir, "watch", log, status=4)[0])
    assert [one["event"] for one in told] == ["flip", "recovery"]
    assert told[0]["flip_id"] == told[1]["flip_id"] and told[1]["first_accept"] == BEGIN + 215 * 60
    assert run(weir, "watch", write(tmp_path / "well.log", life(down=(0, 0))))[0] == ""


def test_watch_runs_a_command_without_a_shell(weir, log, tmp_path):
    script, out = tmp_path / "told.sh", tmp_path / "told"
    script.write_text(f'#!/bin/sh\necho "$1" > {out}.word\ncat > {out}.new && mv {out}.new {out}\n')
    script.chmod(0o755)
    told = run(weir, "watch", log, "--on-incident", f"{script} $(id)", status=4)[0]
    deadline = time.monotonic() + 20
    while not out.exists() and time.monotonic() < deadline:
        subprocess.run(["true"], check=True)
    assert out.read_text() == told
    assert (tmp_path / "told.word").read_text() == "$(id)\n"


def test_a_command_that_is_not_there_is_one_line(weir, log):
    _, errors = run(weir, "watch", log, "--on-incident", "/nowhere/pager", status=4)
    assert errors.count("/nowhere/pager") == 1


def test_a_flip_in_a_file_that_grows_is_told(weir, tmp_path):
    text = life()
    log = write(tmp_path / "flow.log", text[: 200 * 6])
    with subprocess.Popen([weir, "watch", "-F", log, "--timeout", "60"], stdout=subprocess.PIPE, text=True) as process:
        with open(log, "a", encoding="ascii") as out:
            out.write("".join(one + "\n" for one in text[200 * 6:]))
        one = json.loads(process.stdout.readline())
        process.terminate()
        assert one["event"] == "flip" and one["service"]["port"] == 443
        assert process.wait(timeout=20) == 128 + 15
