"""test_bench.py - the bench is believed because the `aws` command line believes it, and because it refuses what AWS
refuses. What the command line of Debian 12 cannot do (StartLiveTail) is in test_bench_wire.py."""

import datetime
import json
import os
import shutil
import subprocess
import time

import pytest

from asking import LOGS, send, signed
from s3 import Bucket
from server import Request
from signing import Key

# The one of the distribution, which knows nothing that this bench does not.
AWS = os.environ.get("WEIR_AWS_CLI", "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else shutil.which("aws"))
LINE = "2 123456789012 eni-1 192.0.2.7 198.51.100.9 43416 443 6 8 {bytes} {start} {start} ACCEPT OK"
RECORDS = ("2 123456789012 eni-1 - - - - - - - 1 2 - NODATA", "2 123456789012 eni-1 - - - - - - - 3 4 - NODATA")


def run(aws, *words, status=0, **more):
    """Standard output of the aws command line; with another status, standard error."""
    command = [AWS, "--endpoint-url", aws.url, "--no-cli-pager", "--output", "json", *words]
    result = subprocess.run(command, env=aws.env(aws.home, **more), capture_output=True, text=True, timeout=60)
    assert result.returncode == status, result.stderr
    return result.stderr if status else result.stdout


def fill(aws, count, group="/vpc/flow"):
    now = int(aws.world.now())
    for number in range(count):
        start = now - 300 + number
        aws.world.put(group, f"eni-{number % 3}-all", LINE.format(bytes=number, start=start), start * 1000)


def numbers(events):
    return [int(event["message"].split()[9]) for event in events]


# ---- the aws command line is satisfied ----


def test_cli_filter_log_events_in_pages(aws):
    fill(aws, 25)
    aws.page_events = 10
    events = json.loads(run(aws, "logs", "filter-log-events", "--log-group-name", "/vpc/flow"))["events"]
    assert numbers(events) == list(range(25))
    assert len({event["eventId"] for event in events}) == 25
    assert all(len(event["eventId"]) == 56 and event["eventId"].isdigit() for event in events)
    assert len(aws.calls("FilterLogEvents")) == 3


def test_cli_describe_log_groups_and_streams(aws):
    fill(aws, 5)
    aws.world.group("/other", retention=7)
    groups = json.loads(run(aws, "logs", "describe-log-groups"))["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/other", "/vpc/flow"]
    assert groups[0]["retentionInDays"] == 7 and groups[1]["arn"].endswith(":log-group:/vpc/flow:*")
    streams = json.loads(run(aws, "logs", "describe-log-streams", "--log-group-name", "/vpc/flow"))["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["eni-0-all", "eni-1-all", "eni-2-all"]


def test_cli_tail(aws):
    fill(aws, 12)
    out = run(aws, "logs", "tail", "/vpc/flow", "--since", "1h", "--format", "short", "--filter-pattern", "ACCEPT")
    assert [int(line.split()[10]) for line in out.splitlines()] == list(range(12))
    assert aws.calls("FilterLogEvents")[0].members["interleaved"] is True


def test_cli_describe_flow_logs_in_pages(aws):
    for number in range(7):
        aws.world.flow_log(log_group=f"/vpc/{number}", tags={"Name": f"log {number} <&>"}, resource=f"vpc-{number}")
    aws.world.flow_log(bucket="flow-logs/prefix/", hive=True, file_format="parquet", error="Access error")
    rows = json.loads(run(aws, "ec2", "describe-flow-logs", "--page-size", "5"))["FlowLogs"]
    assert len(aws.calls("DescribeFlowLogs")) == 2
    assert [row["ResourceId"] for row in rows[:7]] == [f"vpc-{number}" for number in range(7)]
    assert rows[3]["Tags"] == [{"Key": "Name", "Value": "log 3 <&>"}]
    assert rows[3]["LogFormat"].startswith("${version} ${account-id}")
    assert rows[7]["LogDestination"] == "arn:aws:s3:::flow-logs/prefix/"
    assert rows[7]["DestinationOptions"]["FileFormat"] == "parquet"
    assert rows[7]["DeliverLogsErrorMessage"] == "Access error"


def test_cli_identity_over_https(aws_tls):
    answer = json.loads(run(aws_tls, "sts", "get-caller-identity"))
    assert answer == {"UserId": "AIDAEXAMPLE", "Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/weir"}
    assert "SSL validation failed" in run(aws_tls, "sts", "get-caller-identity", status=255, AWS_CA_BUNDLE=None)


def test_cli_objects(aws):
    bucket = Bucket(aws.world, "flow-logs")
    key = bucket.put_records(RECORDS, aws.world.now())
    strange = bucket.put("a b/year=2026/+&ü", b"0123456789")
    for number in range(5):
        bucket.put(f"many/{number}", b"x")
    bucket.put("later", b"", ready=aws.world.now() + 3600)
    aws.page_rows = 3
    listed = json.loads(run(aws, "s3api", "list-objects-v2", "--bucket", "flow-logs"))["Contents"]
    assert [row["Key"] for row in listed] == sorted([key, strange, *(f"many/{number}" for number in range(5))])
    out = run(aws, "s3", "ls", "s3://flow-logs/")
    assert [line.split()[-1] for line in out.splitlines()] == ["AWSLogs/", "b/", "many/"]
    path = aws.home / "object"
    words = ("s3api", "get-object", "--bucket", "flow-logs", "--key", strange, "--range", "bytes=2-5", str(path))
    assert json.loads(run(aws, *words))["ContentRange"] == "bytes 2-5/10"
    assert path.read_bytes() == b"2345"


def test_cli_with_a_wrong_secret(aws):
    error = run(aws, "logs", "describe-log-groups", status=254, AWS_SECRET_ACCESS_KEY="no")
    assert "InvalidSignatureException" in error


def test_cli_with_an_unknown_group(aws):
    error = run(aws, "logs", "filter-log-events", "--log-group-name", "/no/such", status=254)
    assert "ResourceNotFoundException" in error and "The specified log group does not exist." in error


# ---- what AWS refuses ----


def spoil_header(name, value):
    return lambda method, target, headers, body: (method, target, {**headers, name: value}, body)


SPOILS = {
    "nothing": (lambda *request: request, (200, "")),
    "body": (lambda m, t, h, _: (m, t, h, b'{"limit":1}'), (403, "InvalidSignatureException")),
    "target": (spoil_header("X-Amz-Target", "Logs_20140328.DescribeLogStreams"), (403, "InvalidSignatureException")),
    "host": (spoil_header("Host", "logs.example.com"), (403, "InvalidSignatureException")),
    "query": (lambda m, _, h, b: (m, "/?a=1", h, b), (403, "InvalidSignatureException")),
    "date": (spoil_header("X-Amz-Date", "20200101T000000Z"), (403, "InvalidSignatureException")),
    "unsigned header": (spoil_header("X-Amz-Extra", "1"), (403, "AccessDeniedException")),
    "token of nobody": (spoil_header("X-Amz-Security-Token", "x"), (403, "AccessDeniedException")),
    "no signature": (lambda m, t, h, b: (m, t, {k: v for k, v in h.items() if k != "Authorization"}, b),
                     (403, "MissingAuthenticationTokenException")),
    "nonsense": (spoil_header("Authorization", "Basic eDp5"), (400, "IncompleteSignatureException")),
}


@pytest.mark.parametrize("name", SPOILS)
def test_spoilt_requests(aws, name):
    spoil, expected = SPOILS[name]
    assert send(aws, *spoil(*signed(aws, **LOGS)))[:2] == expected
    aws.violations.clear()


@pytest.mark.parametrize("service,expected", [("logs", "InvalidSignatureException"), ("s3", "RequestTimeTooSkewed"),
                                              ("ec2", "RequestExpired"), ("sts", "SignatureDoesNotMatch")])
def test_dates(aws, service, expected):
    """Five minutes are allowed, on the clock of the bench, which is in the Date header."""
    aws.world.clock.jump(7200)
    forms = {"ec2": b"Action=DescribeVpcs&Version=2016-11-15", "sts": b"Action=GetCallerIdentity&Version=2011-06-15"}
    request = {"body": forms.get(service, b"{}"), "service": service, **(LOGS if service == "logs" else {})}
    if service == "s3":
        request |= {"method": "GET", "target": "/", "body": b""}
    assert send(aws, *signed(aws, **request, date=aws.world.now() - 290))[0] == 200
    status, code, date = send(aws, *signed(aws, **request, date=aws.world.now() - 310))
    assert (status >= 400, code) == (True, expected)
    told = datetime.datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=datetime.timezone.utc)
    assert abs(told.timestamp() - time.time() - 7200) < 30


def test_tokens_and_their_end(aws):
    key = Key("ASIAEXAMPLE", "secret", "token", aws.world.now() + 60)
    aws.keys[key.access_key] = key
    assert send(aws, *signed(aws, key=key, **LOGS))[0] == 200
    without = Key("ASIAEXAMPLE", "secret")
    assert send(aws, *signed(aws, key=without, **LOGS))[1] == "UnrecognizedClientException"
    aws.world.clock.jump(61)
    assert send(aws, *signed(aws, key=key, **LOGS))[1] == "ExpiredTokenException"
    key.revoked = True
    assert send(aws, *signed(aws, key=key, **LOGS))[1] == "UnrecognizedClientException"


BAD_BODIES = {
    "unknown member": (b'{"logGroup":"x"}', "logGroup: is not in the model"),
    "type": (b'{"limit":"3"}', "limit: '3' is not a integer"),
    "range": (b'{"limit":51}', "limit: 51 is outside 1 to 50"),
    "pattern": (b'{"logGroupNamePrefix":"a b"}', "does not match"),
    "JSON": (b'{"limit":', "the body is not JSON"),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_requests_that_do_not_fit_the_model(aws, name):
    body, words = BAD_BODIES[name]
    assert send(aws, *signed(aws, body=body, **LOGS))[1] == "ValidationException"
    assert words in aws.violations[0]
    aws.violations.clear()


def test_forms_that_do_not_fit_the_model(aws):
    form = b"Action=DescribeFlowLogs&Version=2016-11-15&Filter.1.Name=x&Filter.1.Value.1=ALL&Filters.1.Name=x"
    assert send(aws, *signed(aws, body=form, service="ec2"))[1] == "ValidationException"
    assert "Filters.1.Name: is not in the model" in aws.violations[0]
    aws.violations.clear()


def test_object_storage_wants_everything_signed(aws):
    method, target, headers, body = signed(aws, method="GET", target="/flow-logs?list-type=2", body=b"", service="s3")
    assert send(aws, method, target, {**headers, "X-Amz-Security-Token": "x"}, body)[1] == "AccessDenied"
    del headers["X-Amz-Content-SHA256"]
    assert send(aws, method, target, headers, body)[1] in ("InvalidRequest", "SignatureDoesNotMatch")
    assert len(aws.violations) == 2
    aws.violations.clear()


def test_habits_are_reported(aws):
    method, target, headers, body = signed(aws, X_Amz_Target=LOGS["X_Amz_Target"])
    assert send(aws, method, target, {**headers, "Content-Type": "application/x-amz-json-1.1"}, body)[0] == 200
    assert "content-type is not signed" in aws.violations[0]
    aws.violations.clear()


def test_requests_are_remembered(aws):
    send(aws, *signed(aws, **LOGS))
    (call,) = aws.calls("DescribeLogGroups")
    assert isinstance(call.request, Request)
    assert (call.status, call.service, call.region, call.members) == (200, "logs", "us-east-1", {})
    assert call.sent > 100 and aws.statistics()["requests"] == 1
