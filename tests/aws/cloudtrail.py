"""cloudtrail.py - CloudTrail: management events, and LookupEvents as it answers about them.

    bench.trail.put("RevokeSecurityGroupIngress", ["sg-0a1"], at=seconds, who="dev-7", request={"groupId": "sg-0a1"})
    bench.trail.delay = 300         an event can be found that many seconds after it happened; put(delay=...) for one
    bench.trail.quota = None        no limit; else requests a second of an account and region
    bench.trail.denied = True       AccessDeniedException
    bench.calls("LookupEvents")     what was asked

docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html: one attribute, at most 50 events a page,
newest first, of the last 90 days, 2 requests a second. A token holds for the request that it came from alone. Times
are seconds of the world's clock, but for the quota, which is about real ones.
"""

import collections
import itertools
import json
import threading
import time
import uuid

from faults import Failure
from world import ACCOUNT

TARGET = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"
PAGE = 50
KEPT = 90 * 86400  # seconds
QUOTA = 2
KINDS = {  # what an id begins with: the type that CloudTrail tells of it
    "sg-": "AWS::EC2::SecurityGroup",
    "sgr-": "AWS::EC2::SecurityGroupRule",
    "acl-": "AWS::EC2::NetworkAcl",
    "aclassoc-": "AWS::EC2::NetworkAclAssociation",
    "rtb-": "AWS::EC2::RouteTable",
    "rtbassoc-": "AWS::EC2::SubnetRouteTableAssociation",
    "subnet-": "AWS::EC2::Subnet",
    "eni-": "AWS::EC2::NetworkInterface",
    "igw-": "AWS::EC2::InternetGateway",
    "nat-": "AWS::EC2::NatGateway",
    "vpc-": "AWS::EC2::VPC",
    "i-": "AWS::EC2::Instance",
    "pl-": "AWS::EC2::PrefixList",
}


class Trail:
    """What happened in the account."""

    def __init__(self, clock, quota=QUOTA):
        self.clock, self.quota, self.delay, self.denied = clock, quota, 0.0, False
        self.events, self.numbers, self.lock = [], itertools.count(1), threading.Lock()
        self.answered = collections.defaultdict(collections.deque)  # by region: when, of the last second

    def put(self, name, resources=(), at=None, delay=None, region="us-east-1", **more):
        """An event; returns its id. `more` is in record(), members of the record itself included."""
        number = next(self.numbers)
        at = self.clock.now() if at is None else at
        made = record(name, number, int(at), region, **more)
        self.events.append({"number": number, "at": int(at), "delay": delay, "region": region, "record": made,
                            "resources": list(resources)})
        return made["eventID"]

    def visible(self, region, begin, end):
        """Events of a stretch of time that can be found by now, the newest first."""
        found = [event for event in list(self.events) if event["region"] == region and begin <= event["at"] <= end
                 and self.delay_of(event) <= self.clock.now() - event["at"] < KEPT]
        return sorted(found, key=order, reverse=True)

    def delay_of(self, event):
        return self.delay if event["delay"] is None else event["delay"]

    def take_quota(self, region):
        with self.lock:
            answered, now = self.answered[region], time.monotonic()
            while answered and now - answered[0] >= 1:
                answered.popleft()
            if self.quota is not None and len(answered) >= self.quota:
                raise Failure(400, "ThrottlingException", "Rate exceeded")
            answered.append(now)


def order(event):
    return event["at"], event["number"]


def user(name):
    return {"type": "IAMUser", "principalId": "AIDAEXAMPLEEXAMPLE", "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
            "accountId": ACCOUNT, "accessKeyId": "ASIAEXAMPLEEXAMPLE", "userName": name}


def record(name, number, at, region, who="dev-7", request=None, response=None, source="ec2", **members):
    """The record as a trail file has it; `who` is the name of a user, or all of userIdentity."""
    return {
        "eventVersion": "1.08",
        "userIdentity": user(who) if isinstance(who, str) else who,
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.9.19 Python/3.11.2 Linux/6.1 exe/x86_64.debian.12 prompt/off command/ec2",
        "requestParameters": request,
        "responseElements": {"_return": True} if response is None else response,
        "requestID": str(uuid.UUID(int=number << 64 | 1 << 63 | 0x4000)),
        "eventID": str(uuid.UUID(int=number << 64 | 1 << 63)),
        "readOnly": name.startswith(("Describe", "Get", "List")),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        **members,
    }


# ---- LookupEvents ----


def name_of(identity):
    """What LookupEvents calls Username; None for services."""
    return identity.get("userName") or identity.get("arn", "").rpartition("/")[2] or None


def kind_of(resource):
    return next((kind for prefix, kind in KINDS.items() if resource.startswith(prefix)), None)


def public(event):
    """An event as it is answered. What is not known is left out."""
    made = event["record"]
    answer = {
        "EventId": made["eventID"],
        "EventName": made["eventName"],
        "ReadOnly": "true" if made["readOnly"] else "false",
        "AccessKeyId": made["userIdentity"].get("accessKeyId"),
        "EventTime": float(event["at"]),
        "EventSource": made["eventSource"],
        "Username": name_of(made["userIdentity"]),
        "Resources": [{name: value for name, value in (("ResourceType", kind_of(one)), ("ResourceName", one)) if value}
                      for one in event["resources"]],
        "CloudTrailEvent": json.dumps(made, separators=(",", ":")),
    }
    return {name: value for name, value in answer.items() if value is not None}


def values_of(answer, key):
    """What an attribute is compared with."""
    if key.startswith("Resource"):
        return [one.get(key) for one in answer["Resources"]]
    return [answer.get(key)]


def token_state(bench, members):
    """(what the page must be asked like, the last event before it or None)."""
    asked = {name: value for name, value in members.items() if name not in ("NextToken", "MaxResults")}
    if "NextToken" not in members:
        return asked, None
    try:
        before, last = bench.tokens.get(members["NextToken"])
    except (Failure, TypeError, ValueError):
        before, last = None, None
    if before != asked:
        raise Failure(400, "InvalidNextTokenException",
                      "Invalid token or token that was previously used in a request with different parameters.")
    return asked, last


def lookup_events(bench, call):
    members, trail = call.members, bench.trail
    if trail.denied:
        raise Failure(400, "AccessDeniedException",
                      f"User: {call.arn} is not authorized to perform: cloudtrail:LookupEvents because no "
                      "identity-based policy allows the cloudtrail:LookupEvents action")
    trail.take_quota(call.region)
    attributes = members.get("LookupAttributes", [])
    if len(attributes) > 1:
        raise Failure(400, "InvalidLookupAttributesException", "You can only specify one lookup attribute.")
    begin, end = members.get("StartTime", 0), members.get("EndTime", bench.world.now())
    if begin > end:
        raise Failure(400, "InvalidTimeRangeException", "The start time is after the end time.")
    asked, last = token_state(bench, members)
    events = [event for event in trail.visible(call.region, begin, end) if last is None or order(event) < last]
    found = [(event, answer) for event in events for answer in [public(event)]
             if all(one["AttributeValue"] in values_of(answer, one["AttributeKey"]) for one in attributes)]
    most = min(members.get("MaxResults", PAGE), PAGE)
    answer = {"Events": [public_one for _, public_one in found[:most]]}
    return {**answer, "NextToken": bench.tokens.new((asked, order(found[most - 1][0])))} if found[most:] else answer


OPERATIONS = {"LookupEvents": lookup_events}
