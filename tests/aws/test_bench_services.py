"""test_bench_services.py - what the bench answers about its world, asked by botocore's own clients."""

import json
import ssl
import urllib.request
from urllib.parse import urlsplit

import pytest
from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher

import shapes
import sts
from asking import GROUP, LOGS, all_events, client, refused, signed
from s3 import Bucket
from server import Bench
from world import Clock, Interfaces, World

# ---- the world ----


def test_a_world_is_a_function_of_its_seed():
    def made(seed):
        world = World(Clock(epoch=1_790_000_000, rate=0))
        group = world.group(GROUP, Interfaces(count=7, rate=5, seed=seed))
        group.ensure(world.now_ms())
        return [(event.id, event.stream, event.ingestion, event.message) for event in group.by_number.values()]

    assert made(3) == made(3) != made(4)
    assert len(made(3)) > 3000


def test_records_arrive_late_and_out_of_order():
    world = World(Clock(epoch=1_790_000_000, rate=0))
    group = world.group(GROUP, Interfaces(count=20, rate=20, future=0.02, twins=0.02, late=0.2))
    events = group.arrived(0, world.now_ms())
    lags = [(event.ingestion - event.timestamp) / 1000 for event in events]
    assert all(event.ingestion >= int(event.message.split()[11]) * 1000 for event in events if event.ingestion -
               event.timestamp > 0)
    assert 100 < sum(lag < 0 for lag in lags) < 1000  # dated two hours ahead
    assert sum(lag > 300 for lag in lags) > 100
    assert any(a.timestamp > b.timestamp for a, b in zip(events, events[1:]))
    messages = [event.message for event in events]
    assert 100 < len(messages) - len(set(messages)) < 1000  # twins
    assert len({event.id for event in events}) == len(events)


def test_a_world_with_a_number_of_records(aws):
    group = aws.world.group(GROUP, Interfaces(count=3, rate=30, records=1000))
    aws.world.clock.jump(3600)
    aws.tolerance = 10_000
    events, _ = all_events(client(aws, "logs"))
    assert sorted(int(event["message"].split()[9]) for event in events) == list(range(1, 1001))
    assert len(group.by_number) == 1000


def test_the_clock_runs_and_jumps():
    world = World(Clock(epoch=1000, rate=100))
    assert 1000 <= world.now() < 2000
    world.clock.jump(5000)
    assert world.now() >= 6000 and world.clock.real(200) == 2


# ---- CloudWatch Logs ----


def test_pages_are_in_order_and_end(aws):
    aws.world.group(GROUP, Interfaces(count=9, rate=9))
    aws.page_events = 1000
    logs = client(aws, "logs")
    events, pages = all_events(logs)
    keys = [(event["timestamp"], event["ingestionTime"]) for event in events]
    assert keys == sorted(keys) and pages == len(events) // 1000 + 1
    assert all(event["ingestionTime"] <= aws.world.now_ms() for event in events)
    aws.page_events, aws.page_bytes = 10_000, 50_000
    assert len(all_events(logs)[0]) >= len(events)
    small = logs.filter_log_events(logGroupName=GROUP)
    assert sum(len(event["message"]) + 26 for event in small["events"]) <= 50_000


def test_a_page_may_be_empty_although_more_follows(aws):
    for number in range(100):
        aws.world.put(GROUP, "eni-1-all", "REJECT" if number == 99 else "ACCEPT", 1_000_000 + number)
    aws.page_searched = 30
    events, pages = all_events(client(aws, "logs"), filterPattern="REJECT")
    assert len(events) == 1 and pages == 4


def test_both_ends_of_the_span_are_included(aws):
    for moment in (999, 1000, 1001, 2000, 2001):
        aws.world.put(GROUP, "eni-1-all", str(moment), moment)
    logs = client(aws, "logs")
    events, _ = all_events(logs, startTime=1000, endTime=2000)
    assert [event["message"] for event in events] == ["1000", "1001", "2000"]
    got = logs.get_log_events(logGroupName=GROUP, logStreamName="eni-1-all", startTime=1000, endTime=2000)
    assert [event["message"] for event in got["events"]] == ["1000", "1001"]


def test_what_has_not_arrived_is_not_there(aws):
    now = aws.world.now_ms()
    aws.world.put(GROUP, "eni-1-all", "later", now - 60_000, now + 60_000)
    logs = client(aws, "logs")
    assert all_events(logs) == ([], 1)
    aws.world.clock.jump(61)
    assert len(all_events(logs)[0]) == 1


def test_streams_patterns_and_arns(aws):
    for number in range(6):
        aws.world.put(GROUP, f"eni-{number}-all", f"{number} REJECT" if number % 2 else f"{number} ACCEPT", number)
    logs = client(aws, "logs")

    def numbers(**members):
        return [event["timestamp"] for event in logs.filter_log_events(**members)["events"]]

    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"
    assert numbers(logGroupIdentifier=arn, filterPattern="[n, action=REJECT]") == [1, 3, 5]
    assert numbers(logGroupName=GROUP, logStreamNames=["eni-1-all", "eni-4-all"]) == [1, 4]
    assert numbers(logGroupName=GROUP, logStreamNamePrefix="eni-2") == [2]
    wrong = "InvalidParameterException"
    assert refused(logs.filter_log_events, logGroupName=GROUP, filterPattern="a-b") == wrong
    assert refused(logs.filter_log_events, logGroupName=GROUP, logGroupIdentifier=arn) == wrong
    assert refused(logs.filter_log_events, logGroupIdentifier=arn + ":*") == "ValidationException"
    aws.violations.clear()
    assert refused(logs.filter_log_events, logGroupName="/no") == "ResourceNotFoundException"
    elsewhere = client(aws, "logs", region="eu-west-1")
    assert refused(elsewhere.filter_log_events, logGroupName=GROUP) == "ResourceNotFoundException"


def test_tokens_belong_to_their_request(aws):
    for number in range(5):
        aws.world.put(GROUP, "eni-1-all", "x", number)
    aws.page_events = 2
    logs = client(aws, "logs")
    token = logs.filter_log_events(logGroupName=GROUP)["nextToken"]
    wrong = "InvalidParameterException"
    assert refused(logs.filter_log_events, logGroupName=GROUP, nextToken=token, startTime=1) == wrong
    assert refused(logs.filter_log_events, logGroupName=GROUP, nextToken="x") == wrong
    aws.world.clock.jump(86_401)
    aws.tolerance = 100_000
    assert refused(logs.filter_log_events, logGroupName=GROUP, nextToken=token) == wrong


def test_get_log_events_in_both_directions(aws):
    for number in range(5):
        aws.world.put(GROUP, "eni-1-all", str(number), number)
    logs = client(aws, "logs")

    def step(**members):
        answer = logs.get_log_events(logGroupName=GROUP, logStreamName="eni-1-all", limit=2, **members)
        return [int(event["message"]) for event in answer["events"]], answer

    seen, answer = step(startFromHead=True)
    assert seen == [0, 1]
    seen, answer = step(nextToken=answer["nextForwardToken"])
    assert seen == [2, 3]
    seen, answer = step(nextToken=answer["nextForwardToken"])
    assert seen == [4]
    end = answer["nextForwardToken"]
    seen, answer = step(nextToken=end)
    assert seen == [] and answer["nextForwardToken"] == end
    assert step()[0] == [3, 4]


# ---- EC2 and STS ----


def test_dry_runs_filters_and_ranges(aws):
    for number in range(12):
        traffic = "REJECT" if number % 2 else "ALL"
        aws.world.flow_log(log_group=f"/vpc/{number}", traffic=traffic, tags={"n": str(number)})
    ec2 = client(aws, "ec2")
    assert refused(ec2.describe_flow_logs, DryRun=True) == "DryRunOperation"
    assert refused(ec2.describe_flow_logs, MaxResults=4) == "InvalidParameterValue"
    assert refused(ec2.describe_flow_logs, FlowLogIds=["fl-x"]) == "InvalidFlowLogId.NotFound"
    assert refused(ec2.describe_flow_logs, Filter=[{"Name": "x", "Values": ["y"]}]) == "InvalidParameterValue"
    rejects = [{"Name": "traffic-type", "Values": ["REJECT"]}]
    first = ec2.describe_flow_logs(Filter=rejects, MaxResults=5)
    rest = ec2.describe_flow_logs(Filter=rejects, NextToken=first["NextToken"])
    assert (len(first["FlowLogs"]), len(rest["FlowLogs"])) == (5, 1)
    assert len(ec2.describe_flow_logs(Filter=[{"Name": "tag:n", "Values": ["1*"]}])["FlowLogs"]) == 3
    assert client(aws, "ec2", region="eu-west-1").describe_flow_logs()["FlowLogs"] == []
    assert len(ec2.describe_regions()["Regions"]) == 4


def test_what_flow_logs_are_about(aws):
    tags = [{"Key": "Name", "Value": "shop <prod>"}]
    aws.world.vpcs.append({"VpcId": "vpc-1", "CidrBlock": "192.0.2.0/24", "State": "available", "Tags": tags})
    aws.world.subnets.append({"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "192.0.2.0/25"})
    aws.world.interfaces.append({"NetworkInterfaceId": "eni-1", "VpcId": "vpc-1", "Description": "ELB",
                                 "Groups": [{"GroupId": "sg-1", "GroupName": "web"}], "TagSet": tags})
    ec2 = client(aws, "ec2")
    assert ec2.describe_vpcs(VpcIds=["vpc-1"])["Vpcs"][0]["Tags"] == tags
    (row,) = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": ["vpc-1"]}])["Subnets"]
    assert row["SubnetId"] == "subnet-1"
    (row,) = ec2.describe_network_interfaces(NetworkInterfaceIds=["eni-1"])["NetworkInterfaces"]
    assert row["Groups"] == [{"GroupId": "sg-1", "GroupName": "web"}] and row["TagSet"] == tags


def test_roles_give_keys_that_end(aws):
    role = "arn:aws:iam::123456789012:role/reader"
    aws.roles[role] = {"external_id": "shared", "seconds": 900}
    asked = client(aws, "sts")
    assert refused(asked.assume_role, RoleArn=role, RoleSessionName="weir") == "AccessDenied"
    answer = asked.assume_role(RoleArn=role, RoleSessionName="weir", ExternalId="shared")["Credentials"]
    key = aws.keys[answer["AccessKeyId"]]
    assert (key.secret, key.token) == (answer["SecretAccessKey"], answer["SessionToken"])
    assert client(aws, "sts", key).get_caller_identity()["Arn"].endswith(":assumed-role/reader/weir")
    aws.world.clock.jump(901)
    aws.tolerance = 10_000
    assert refused(client(aws, "sts", key).get_caller_identity) == "ExpiredToken"
    aws.roles[role] = {}
    web = {"RoleArn": role, "RoleSessionName": "web"}
    answer = asked.assume_role_with_web_identity(**web, WebIdentityToken="web.identity.token")
    assert answer["Credentials"]["AccessKeyId"] in aws.keys
    assert refused(asked.assume_role_with_web_identity, **web, WebIdentityToken="abcde") == "InvalidIdentityToken"


def test_keys_of_machines(aws):
    found = InstanceMetadataFetcher(base_url=aws.url + "/").retrieve_iam_role_credentials()
    assert found["role_name"] == "weir-instance" and found["access_key"] in aws.keys
    url = aws.url + sts.CONTAINER_PATH
    found = ContainerMetadataFetcher().retrieve_full_uri(url, {"Authorization": sts.CONTAINER_AUTHORIZATION})
    assert found["AccessKeyId"] in aws.keys
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(url, timeout=5)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(aws.url + "/latest/meta-data/placement/region", timeout=5)


# ---- S3 ----


def test_listing(aws):
    bucket = Bucket(aws.world, "flow-logs")
    keys = sorted([f"a/{number:02d} +&ü" for number in range(7)] + ["b/1", "b/2", "c"])
    for key in keys:
        bucket.put(key, b"x")
    asked = client(aws, "s3")

    def listed(**members):
        answer = asked.list_objects_v2(Bucket="flow-logs", **members)
        return [row["Key"] for row in answer.get("Contents", [])], answer

    found, answer = listed(MaxKeys=4)
    assert found == keys[:4] and answer["IsTruncated"]
    more, answer = listed(ContinuationToken=answer["NextContinuationToken"])
    assert found + more == keys and not answer["IsTruncated"]
    assert listed(Prefix="b/")[0] == ["b/1", "b/2"]
    assert listed(StartAfter="b/1")[0] == ["b/2", "c"]
    found, answer = listed(Delimiter="/")
    assert found == ["c"] and [row["Prefix"] for row in answer["CommonPrefixes"]] == ["a/", "b/"]
    found, answer = listed(Delimiter="/", MaxKeys=1)
    assert [row["Prefix"] for row in answer["CommonPrefixes"]] == ["a/"]
    found, answer = listed(Delimiter="/", MaxKeys=1, ContinuationToken=answer["NextContinuationToken"])
    assert [row["Prefix"] for row in answer["CommonPrefixes"]] == ["b/"]
    target = "/flow-logs?list-type=2&encoding-type=url&prefix=a%2F00"
    with urllib.request.urlopen(signed_get(aws, target)) as answer:
        assert b"<Key>a/00%20%2B%26%C3%BC</Key>" in answer.read()


def signed_get(aws, target, **headers):
    """A signed GET for urllib."""
    _, target, headers, _ = signed(aws, method="GET", target=target, body=b"", service="s3", **headers)
    return urllib.request.Request(aws.url + target, headers=headers)


def test_objects(aws):
    bucket = Bucket(aws.world, "flow-logs")
    key = bucket.put("k", b"0123456789")
    asked = client(aws, "s3")
    whole = asked.get_object(Bucket="flow-logs", Key=key)
    assert whole["Body"].read() == b"0123456789" and whole["ContentLength"] == 10
    part = asked.get_object(Bucket="flow-logs", Key=key, Range="bytes=7-", IfMatch=whole["ETag"])
    assert part["Body"].read() == b"789" and part["ContentRange"] == "bytes 7-9/10"
    assert asked.get_object(Bucket="flow-logs", Key=key, Range="bytes=-2")["Body"].read() == b"89"
    bucket.put("k", b"changed")
    assert refused(asked.get_object, Bucket="flow-logs", Key=key, IfMatch=whole["ETag"]) == "PreconditionFailed"
    assert refused(asked.get_object, Bucket="flow-logs", Key="none") == "NoSuchKey"
    assert refused(asked.get_object, Bucket="none", Key="none") == "NoSuchBucket"


def test_buckets_elsewhere(aws):
    Bucket(aws.world, "far", "eu-west-1").put("k", b"x")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(signed_get(aws, "/far?list-type=2"))
    assert caught.value.code == 301 and caught.value.headers["x-amz-bucket-region"] == "eu-west-1"
    assert b"<Code>PermanentRedirect</Code>" in caught.value.read()
    assert client(aws, "s3", region="eu-west-1").list_objects_v2(Bucket="far")["KeyCount"] == 1


def test_virtual_hosts(aws):
    Bucket(aws.world, "flow-logs").put("a/b", b"x")
    host = f"flow-logs.localhost:{urlsplit(aws.url).port}"
    assert urllib.request.urlopen(signed_get(aws, "/a/b", Host=host)).read() == b"x"


# ---- the bench itself ----


def test_an_answer_out_of_shape_is_the_fault_of_the_bench(aws):
    with pytest.raises(shapes.Misshapen, match="eventid"):
        shapes.serialise("logs", "FilterLogEvents", {"events": [{"eventid": "1"}]})
    with pytest.raises(shapes.Misshapen, match="is not a long"):
        shapes.serialise("logs", "FilterLogEvents", {"events": [{"timestamp": "1"}]})
    assert json.loads(shapes.serialise("logs", "FilterLogEvents", {"events": []})) == {"events": []}
    aws.world.groups[("us-east-1", "bad name")] = aws.world.group("bad name", flow_log=False)
    assert refused(client(aws, "logs").describe_log_groups) == "InternalFailure"
    assert "Misshapen" in aws.violations[0]
    aws.violations.clear()


def trusts(bench):
    context = ssl.create_default_context(cafile=bench.ca)
    url = bench.url + "/latest/none"
    try:
        urllib.request.urlopen(url, timeout=5, context=context)
    except urllib.error.HTTPError as error:
        return error.code == 401
    except urllib.error.URLError as error:
        return str(error)


@pytest.mark.parametrize("kind,words", [("good", None), ("wrong_host", "not valid for"), ("expired", "has expired")])
def test_certificates(tmp_path, kind, words):
    with Bench(folder=tmp_path, certificate=kind) as bench:
        found = trusts(bench)
    assert words in found if words else found is True


def test_it_can_be_the_proxy(aws):
    proxy = urllib.request.build_opener(urllib.request.ProxyHandler({"http": aws.url}))
    _, _, headers, body = signed(aws, Host="logs.us-east-1.amazonaws.com", **LOGS)
    request = urllib.request.Request("http://logs.us-east-1.amazonaws.com/", body, headers)
    assert json.load(proxy.open(request, timeout=5)) == {"logGroups": []}
    assert aws.requests[0].request.proxied


def test_it_stops_at_once():
    with Bench() as bench:
        assert urllib.request.urlopen(urllib.request.Request(
            bench.url + "/latest/api/token", method="PUT",
            headers={"x-aws-ec2-metadata-token-ttl-seconds": "60"})).read() == b"AQAEAexampleimdstoken=="
    with pytest.raises(OSError):
        urllib.request.urlopen(bench.url, timeout=2)
