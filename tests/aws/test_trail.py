"""test_trail.py - who changed it, from AWS: a service flips in the flow log, EC2 tells the network, CloudTrail is asked
about what the flip's packets pass, and only then."""

import json

import pytest

from reading import GROUP
from test_bench import run as aws_cli
from test_network import PLAIN, run, snapshot

ENI, GROUP_ID, ACL = "eni-0a1000000000000a1", "sg-0a000000000000a01", "acl-0a000000000000a01"
MINUTES, DOWN = 160, 25  # of the log, and of those at its end in which it is rejected
RULE = {"ipProtocol": "tcp", "fromPort": 80, "toPort": 80, "groups": {}, "ipv6Ranges": {}, "prefixListIds": {},
        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}


def line(start, peer, port, action):
    return (f"2 123456789012 {ENI} 203.0.113.{peer} 10.0.1.10 {port} 80 6 1 60 {start} {start + 20} {action} OK")


@pytest.fixture
def broken(weir, aws):
    """The demo's network, and the moment at which port 80 of web-1 broke in the flow log of GROUP."""
    network = snapshot(weir, aws, "demo")
    aws.world.network = {name: rows for name, rows in network.items() if name not in PLAIN}
    aws.world.vpcs, aws.world.subnets, aws.world.interfaces = (network[name] for name in PLAIN)
    return put_log(aws, DOWN)


def put_log(aws, down):
    end = int(aws.world.now()) // 60 * 60 - 120
    broke = end - down * 60
    for minute in range(MINUTES):
        for k in range(6):
            start = end - (MINUTES - minute) * 60 + k * 9
            action = "ACCEPT" if start < broke else "REJECT"
            aws.world.put(GROUP, "eni-all", line(start, 1 + k, 20000 + minute * 6 + k, action), start * 1000)
    return broke


def put_changes(aws, broke):
    """The revoke among others; returns its id."""
    put, asked = aws.trail.put, {"groupId": GROUP_ID, "ipPermissions": {"items": [RULE]}}
    put("AuthorizeSecurityGroupIngress", [GROUP_ID], at=broke - 400, who="dev-7",
        request={"groupId": GROUP_ID, "ipPermissions": {"items": [{**RULE, "fromPort": 8081, "toPort": 8081}]}})
    put("RevokeSecurityGroupIngress", [GROUP_ID], at=broke - 90, who="dev-7", request=asked,
        errorCode="Client.UnauthorizedOperation", errorMessage="no")
    put("RevokeSecurityGroupIngress", ["sg-0b000000000000b01"], at=broke - 10, who="ops-2",
        request={**asked, "groupId": "sg-0b000000000000b01"})
    return put("RevokeSecurityGroupIngress", [GROUP_ID], at=broke - 6, who="ops-2", request=asked)


def report(weir, aws, *words, **options):
    return json.loads(run(weir, aws, "report", f"cw:{GROUP}", "-s", "3h", "--no-follow", "-o", "json", *words,
                          **options)[0])


def lookups(aws):
    return [json.loads(call.request.body) for call in aws.calls("LookupEvents")]


def check(told, event):
    (one,) = told
    assert one["certainty"] == "certain", one["summary"]
    assert one["suspects"][0]["event"]["event_id"] == event and one["suspects"][0]["event"]["who"] == "user/ops-2"
    assert "authorize-security-group-ingress" in one["suspects"][0]["undo"]
    assert [refused["who"] for refused in one["refused"]] == ["user/dev-7"]


def test_the_change_is_found_at_cloudtrail(weir, aws, broken):
    event = put_changes(aws, broken)
    check(report(weir, aws), event)
    asked = {one["LookupAttributes"][0]["AttributeValue"] for one in lookups(aws)}
    assert {GROUP_ID, ENI} <= asked and "sg-0b000000000000b01" not in asked
    assert all(one["LookupAttributes"][0]["AttributeKey"] == "ResourceName" for one in lookups(aws))


def test_nothing_is_asked_without_a_flip(weir, aws, broken):
    aws.world.groups.clear()
    put_log(aws, 0)
    assert report(weir, aws) == [] and lookups(aws) == []


def test_the_quota_is_kept(weir, aws, broken):
    event = put_changes(aws, broken)
    aws.trail.quota = 2
    check(report(weir, aws), event)
    times = sorted(call.began for call in aws.calls("LookupEvents"))
    assert len(times) > 2 and all(later - sooner > 1 for sooner, later in zip(times, times[2:]))


def test_a_denial_is_told_and_the_report_comes(weir, aws, broken):
    aws.trail.denied = True
    text, errors = run(weir, aws, "report", f"cw:{GROUP}", "-s", "3h", "--no-follow")
    assert "tcp 80 of web-1 is rejected since" in text and "cloudtrail:LookupEvents" in errors
    assert "who changed it is not known" in text


def test_what_aws_prints_is_read(weir, aws, broken, tmp_path):
    event = put_changes(aws, broken)
    listed = aws_cli(aws, "cloudtrail", "lookup-events", "--lookup-attributes",
                     f"AttributeKey=ResourceName,AttributeValue={GROUP_ID}")
    saved, net = tmp_path / "events.json", tmp_path / "net.json"
    saved.write_text(listed)
    run(weir, aws, "snapshot", "-o", net)
    before = len(lookups(aws))
    check(report(weir, aws, "--changes", saved, "--network", net), event)
    assert len(lookups(aws)) == before


def test_a_log_group_of_a_trail_is_asked(weir, aws, broken):
    event = put_changes(aws, broken)
    for made in aws.trail.events:
        aws.world.put("/trail", "123456789012_CloudTrail_us-east-1", json.dumps(made["record"]),
                      (made["at"] + 180) * 1000)
    check(report(weir, aws, "--changes", "cw:/trail"), event)
    assert lookups(aws) == []


def test_watch_tells_the_cause_of_a_late_event(weir, aws, broken):
    aws.trail.delay = 10 ** 6
    put_changes(aws, broken)
    lines = run(weir, aws, "watch", f"cw:{GROUP}", "-s", "3h", "--no-follow", status=4)[0].splitlines()
    (one,) = map(json.loads, lines)
    assert one["event"] == "flip" and one["certainty"] == "unexplained" and one["waiting_for_cloudtrail"]
    assert "waiting for CloudTrail" in one["summary"]
    aws.trail.delay = 0
    check(report(weir, aws), aws.trail.events[-1]["record"]["eventID"])
