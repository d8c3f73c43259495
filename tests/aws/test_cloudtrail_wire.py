"""test_cloudtrail_wire.py - CloudTrail of the bench is believed because `aws cloudtrail lookup-events` believes it, and
because it refuses what CloudTrail refuses; our own asking (support/trailline.c) is believed because the bench does."""

import datetime
import json
import subprocess
import time

import pytest

from asking import client, refused
from test_bench import run

NOW = 1_790_000_000
KINDS = {"sg-0a1": "AWS::EC2::SecurityGroup", "i-0b2": "AWS::EC2::Instance"}


@pytest.fixture
def trail(aws):
    aws.trail.quota = None
    return aws.trail


def lookup(aws, *words, key="ResourceName", value="sg-0a1", **more):
    attribute = ["--lookup-attributes", f"AttributeKey={key},AttributeValue={value}"] if key else []
    return json.loads(run(aws, "cloudtrail", "lookup-events", *attribute, *words, **more))["Events"]


def seconds(text):
    return datetime.datetime.fromisoformat(text).timestamp()


def moment(at):
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).isoformat()


def test_an_event_is_what_the_cli_can_read(aws, trail):
    at = int(aws.world.now()) - 60
    made = trail.put("RevokeSecurityGroupIngress", ["sg-0a1", "i-0b2", "other"], at=at,
                     request={"groupId": "sg-0a1"}, sourceIPAddress="203.0.113.9")
    (event,) = lookup(aws)
    assert event["EventId"] == made and event["EventName"] == "RevokeSecurityGroupIngress"
    assert seconds(event["EventTime"]) == at and event["EventSource"] == "ec2.amazonaws.com"
    assert event["Username"] == "dev-7" and event["ReadOnly"] == "false" and event["AccessKeyId"].startswith("ASIA")
    assert {one["ResourceName"]: one.get("ResourceType") for one in event["Resources"]} == {**KINDS, "other": None}
    record = json.loads(event["CloudTrailEvent"])
    assert record["eventID"] == made and record["requestParameters"] == {"groupId": "sg-0a1"}
    assert record["sourceIPAddress"] == "203.0.113.9" and record["recipientAccountId"] == "123456789012"
    assert record["eventTime"] == moment(at).replace("+00:00", "Z")
    call = aws.calls("LookupEvents")[0]
    assert call.request.headers["X-Amz-Target"].startswith("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.")
    assert call.request.headers["Content-Type"] == "application/x-amz-json-1.1"


def test_services_have_no_user_and_no_key(aws, trail):
    trail.put("CreateNetworkInterface", ["eni-0c3"], who={"type": "AWSService", "invokedBy": "ecs.amazonaws.com"})
    trail.put("DeleteNetworkInterface", ["eni-0c3"],
              who={"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/Infra/deploy"})
    role, service = lookup(aws, value="eni-0c3")
    assert "Username" not in service and "AccessKeyId" not in service and role["Username"] == "deploy"


@pytest.mark.parametrize("key, value, found", [
    ("ResourceName", "sg-0a1", 2), ("ResourceName", "sg-0a", 0), ("ResourceType", "AWS::EC2::Instance", 1),
    ("EventName", "StopInstances", 1), ("EventName", "stopinstances", 0), ("Username", "dev-8", 1),
    ("EventSource", "ec2.amazonaws.com", 3), ("ReadOnly", "true", 1), (None, None, 3),
])
def test_attributes_are_compared_as_a_whole(aws, trail, key, value, found):
    trail.put("AuthorizeSecurityGroupIngress", ["sg-0a1"])
    trail.put("StopInstances", ["i-0b2", "sg-0a1"], who="dev-8")
    trail.put("DescribeInstances")
    trail.put("StopInstances", ["i-0b2"], region="eu-west-1")
    assert len(lookup(aws, key=key, value=value)) == found


def test_pages_of_fifty_come_newest_first(aws, trail):
    now = int(aws.world.now())
    made = [trail.put("AuthorizeSecurityGroupIngress", ["sg-0a1"], at=now - 200 + number // 2) for number in range(123)]
    assert [event["EventId"] for event in lookup(aws)] == made[::-1]
    assert [len(call.members) for call in aws.calls("LookupEvents")] == [1, 2, 2]  # the question, and a token
    assert len(lookup(aws, "--max-items", "7")) == 7


def test_a_token_outlives_what_comes_late(aws, trail):
    asked = {"LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": "sg-0a1"}], "MaxResults": 2}
    now = int(aws.world.now())
    made = [trail.put("StopInstances", ["sg-0a1"], at=now - 100 + number) for number in range(4)]
    cloudtrail = client(aws, "cloudtrail")
    first = cloudtrail.lookup_events(**asked)
    trail.put("StopInstances", ["sg-0a1"], at=now)
    second = cloudtrail.lookup_events(**asked, NextToken=first["NextToken"])
    assert [event["EventId"] for event in first["Events"] + second["Events"]] == made[::-1]
    assert "NextToken" not in second


def test_both_ends_of_a_stretch_belong_to_it(aws, trail):
    now = int(aws.world.now())
    for at in range(now - 50, now - 40):
        trail.put("StopInstances", ["sg-0a1"], at=at)
    times = ["--start-time", moment(now - 48), "--end-time", moment(now - 45)]
    assert [int(seconds(event["EventTime"])) - now for event in lookup(aws, *times)] == [-45, -46, -47, -48]


def test_events_are_late_and_get_too_old(aws, trail):
    trail.delay = 300
    trail.put("StopInstances", ["sg-0a1"])
    known = trail.put("StopInstances", ["sg-0a1"], delay=0)
    assert [event["EventId"] for event in lookup(aws)] == [known]
    aws.tolerance = 1e9
    aws.world.clock.jump(301)
    assert len(lookup(aws)) == 2
    aws.world.clock.jump(90 * 86400)
    assert lookup(aws) == []


def test_two_requests_a_second(aws):
    cloudtrail = client(aws, "cloudtrail")
    cloudtrail.lookup_events(), cloudtrail.lookup_events()
    assert refused(cloudtrail.lookup_events) == "ThrottlingException"
    client(aws, "cloudtrail", region="eu-west-1").lookup_events()
    assert lookup(aws) == []  # which tries again by itself
    call = next(call for call in aws.calls("LookupEvents") if call.code)
    assert (call.status, call.code) == (400, "ThrottlingException")


def test_denied(aws, trail):
    trail.denied = True
    error = run(aws, "cloudtrail", "lookup-events", status=254)
    assert "AccessDeniedException" in error and "not authorized to perform: cloudtrail:LookupEvents" in error
    assert [(call.status, call.code) for call in aws.calls()] == [(400, "AccessDeniedException")]


def test_what_cloudtrail_refuses(aws, trail):
    cloudtrail = client(aws, "cloudtrail")
    names = [{"AttributeKey": "EventName", "AttributeValue": name} for name in ("StopInstances", "StartInstances")]
    assert refused(cloudtrail.lookup_events, LookupAttributes=names) == "InvalidLookupAttributesException"
    assert refused(cloudtrail.lookup_events, StartTime=NOW, EndTime=NOW - 1) == "InvalidTimeRangeException"
    assert refused(cloudtrail.lookup_events, NextToken="made-up") == "InvalidNextTokenException"
    trail.put("StopInstances"), trail.put("StopInstances")
    token = cloudtrail.lookup_events(LookupAttributes=names[:1], MaxResults=1)["NextToken"]
    assert refused(cloudtrail.lookup_events, LookupAttributes=names[1:], NextToken=token) == "InvalidNextTokenException"
    assert cloudtrail.lookup_events(LookupAttributes=names[:1], MaxResults=50, NextToken=token)["Events"]
    assert not aws.violations
    assert refused(cloudtrail.lookup_events, MaxResults=51) == "ValidationException"
    assert refused(client(aws, "cloudtrail", key=type(aws.user)("AKIAOTHER", "wrong")).lookup_events)
    aws.violations.clear()


# ---- our own asking ----


@pytest.fixture
def ask(aws, trailline):
    """What trailline prints, {"change": [...], "failure": [...], ...}, asked for some resources."""
    def run_line(*resources, wait_ms=30_000):
        now = int(aws.world.now())
        done = subprocess.run([trailline, str(wait_ms)],
                              input="".join(f"{one}\t{now - 3600}\t{now + 60}\n" for one in resources), text=True,
                              capture_output=True, env=aws.env(aws.home), timeout=120)
        assert done.returncode == 0 and not done.stderr, done.stderr[-3000:]
        told = {name: [] for name in ("change", "failure", "words", "requests", "ended")}
        for line in done.stdout.splitlines():
            name, _, rest = line.partition(" ")
            told[name].append(rest)
        return told

    return run_line


def test_we_read_all_pages_and_tell_an_event_once(aws, ask):
    now = int(aws.world.now())
    made = [aws.trail.put("AuthorizeSecurityGroupIngress", ["sg-0a1"], at=now - 60) for _ in range(70)]
    both = aws.trail.put("ModifyNetworkInterfaceAttribute", ["sg-0a1", "eni-0c3"], at=now - 30)
    told = ask("sg-0a1", "eni-0c3", "acl-0d4")
    assert told["change"] == [both, *made[::-1]] and not told["failure"]
    assert told["requests"] == ["4"] and "asking CloudTrail about acl-0d4" in told["words"]
    calls = aws.calls()
    assert {call.operation for call in calls} == {"LookupEvents"} and [call.code for call in calls] == [""] * 4
    begins = [call.began for call in calls]
    assert all(later - earlier >= 0.55 for earlier, later in zip(begins, begins[1:]))
    assert calls[0].members == {
        "LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": "sg-0a1"}],
        "StartTime": calls[0].members["StartTime"], "EndTime": calls[0].members["StartTime"] + 3660, "MaxResults": 50}
    assert calls[1].members.keys() - calls[0].members.keys() == {"NextToken"}


def test_when_others_use_the_quota_up_we_try_again(aws, ask):
    aws.faults.add("throttle", operation="LookupEvents", nth={1, 2})
    made = aws.trail.put("StopInstances", ["i-0b2"])
    told = ask("i-0b2")
    assert told["change"] == [made] and not told["failure"] and len(aws.calls()) == 3


def test_denied_is_told_with_what_to_allow_and_asked_no_more(aws, ask):
    aws.trail.denied = True
    told = ask("sg-0a1", "i-0b2")
    assert told["requests"] == ["1"] and len(aws.calls()) == 1
    assert told["failure"][0].startswith("cloudtrail:LookupEvents is not allowed for arn:aws:iam::123456789012:")


def test_the_end_does_not_wait_for_a_call_that_hangs(aws, ask):
    aws.faults.add("hang", operation="LookupEvents", at=0)
    begin = time.monotonic()
    told = ask("sg-0a1", wait_ms=1500)
    assert told["words"] == ["asking CloudTrail about sg-0a1"] and not told["requests"] and len(aws.calls()) == 1
    assert int(told["ended"][0]) < 1000 and time.monotonic() - begin < 10  # 200 ms where nobody else is busy
