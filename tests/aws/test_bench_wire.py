"""test_bench_wire.py - the faults do to an answer what they say, and a Live Tail session is what botocore can read."""

import calendar
import json
import re
import socket
import time
from urllib.parse import urlsplit

import pytest
from botocore.eventstream import ChecksumMismatch, EventStreamBuffer, InvalidHeadersLength, InvalidPayloadLength
from botocore.exceptions import ClientError, EventStreamError

from asking import GROUP, LOGS, all_events, client, refused, send, signed
from fixtures import bench
from world import Clock, Interfaces, World

ARN = f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}"
LIVE = {"X_Amz_Target": "Logs_20140328.StartLiveTail", "Content_Type": "application/x-amz-json-1.1"}


@pytest.fixture
def fast(tmp_path):
    """A bench whose seconds last 50 ms."""
    with bench(tmp_path, world=World(Clock(rate=20))) as made:
        made.world.group(GROUP)
        made.tolerance = 1e6
        yield made


class Wire:
    """A connection on which one request is sent, and everything is read."""

    def __init__(self, aws, *arguments, **options):
        method, target, headers, body = signed(aws, *arguments, **options)
        lines = [f"{method} {target} HTTP/1.1", f"Host: {urlsplit(aws.url).netloc}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items() if name.lower() != "host"]
        self.request = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
        self.socket = socket.create_connection(("127.0.0.1", urlsplit(aws.url).port), 10)
        self.socket.sendall(self.request)
        self.raw = b""

    def until(self, bytes_=None, seconds=10.0):
        """Reads that many bytes, or until the end: returns how it ended: "more", "end", "reset" or "silence"."""
        self.socket.settimeout(seconds)
        while bytes_ is None or len(self.raw) < bytes_:
            try:
                part = self.socket.recv(65536)
            except socket.timeout:
                return "silence"
            except ConnectionResetError:
                return "reset"
            if not part:
                return "end"
            self.raw += part
        return "more"

    def answer(self):
        """Reads one answer with a Content-Length; (head, body)."""
        while b"\r\n\r\n" not in self.raw:
            assert self.until(len(self.raw) + 1) == "more"
        head, _, body = self.raw.partition(b"\r\n\r\n")
        length = len(head) + 4 + int(re.search(rb"Content-Length: (\d+)", head).group(1))
        assert self.until(length) == "more"
        return head, self.raw[len(head) + 4 : length]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def groups(aws, **options):
    return Wire(aws, **LOGS, **options)


# ---- the plan ----


def codes_of(aws, count):
    return [send(aws, *signed(aws, **LOGS))[0] for _ in range(count)]


def test_a_plan_by_number(aws):
    aws.faults.add("error", operation="DescribeLogGroups", nth={2, 4}, status=503)
    assert codes_of(aws, 5) == [200, 503, 200, 503, 200]
    assert [call.action for call in aws.requests] == [None, "error", None, "error", None]


def test_a_plan_by_times_and_condition(aws):
    aws.faults.add("throttle", times=1, when=lambda call: call.number > 1)
    aws.faults.add("error", operation="FilterLogEvents")
    assert codes_of(aws, 4) == [200, 400, 200, 200]
    aws.faults.clear()
    with pytest.raises(AssertionError, match="no such fault"):
        aws.faults.add("trottle")


def test_a_plan_by_chance_is_the_same_for_the_same_seed(aws):
    rule = aws.faults.add("throttle", probability=0.3)
    first = codes_of(aws, 40)
    assert 4 < first.count(400) == rule.fired < 25
    aws.faults.clear()
    aws.faults.dice.seed(aws.faults.seed)
    aws.faults.add("throttle", probability=0.3)
    assert codes_of(aws, 40) == first


FAILURES = {
    "throttle": {"logs": "ThrottlingException", "ec2": "RequestLimitExceeded", "sts": "Throttling", "s3": "SlowDown"},
    "access_denied": {"logs": "AccessDeniedException", "ec2": "UnauthorizedOperation", "s3": "AccessDenied"},
    "expired_credentials": {"logs": "ExpiredTokenException", "sts": "ExpiredToken", "ec2": "RequestExpired"},
    "expired_token": {"logs": "InvalidParameterException"},
    "not_found": {"logs": "ResourceNotFoundException", "s3": "NoSuchBucket"},
    "skew": {"logs": "InvalidSignatureException", "s3": "RequestTimeTooSkewed"},
    "limit": {"logs": "LimitExceededException"},
    "error": {"logs": "InternalFailure", "s3": "InternalError"},
}


@pytest.mark.parametrize("action", FAILURES)
def test_failures(aws, action):
    aws.faults.add(action)
    ask = {
        "logs": lambda made: made.describe_log_groups(),
        "ec2": lambda made: made.describe_flow_logs(),
        "sts": lambda made: made.get_caller_identity(),
        "s3": lambda made: made.list_objects_v2(Bucket="b"),
    }
    for service, code in FAILURES[action].items():
        assert refused(ask[service], client(aws, service)) == code


# ---- the wire ----


def whole(aws):
    with groups(aws) as wire:
        wire.answer()
        return wire.raw


@pytest.mark.parametrize("at", [0, 1, 20, 150, -1])
def test_cut_answers(aws, at):
    expected = len(whole(aws)[: at or None]) if at else 0
    for action, ending in (("reset", "reset"), ("fin", "end"), ("hang", "silence")):
        aws.faults.clear()
        aws.faults.add(action, at=at)
        with groups(aws) as wire:
            assert wire.until(seconds=1.0 if action == "hang" else 10.0) == ending
            assert len(wire.raw) == expected
            assert aws.calls()[-1].action == action


def test_a_hang_ends_with_the_client(aws):
    aws.faults.add("hang", times=1)
    with groups(aws) as wire:
        assert wire.until(seconds=0.1) == "silence"
        assert aws.requests[0].seconds == 0
    for _ in range(200):
        if aws.requests[0].seconds:
            break
        time.sleep(0.01)
    assert 0 < aws.requests[0].seconds < 2


def test_a_slow_answer(aws):
    aws.faults.add("drip", quick=10, chunk=40, pause=0.02)
    began = time.monotonic()
    with groups(aws) as wire:
        assert wire.until(11) == "more" and len(wire.raw) < 200
        assert wire.answer()[1] == b'{"logGroups":[]}'
    assert time.monotonic() - began > 0.1


def test_broken_bodies(aws):
    aws.faults.add("broken_json", nth=1)
    aws.faults.add("garbage", nth=1)
    aws.faults.add("bad_chunk", nth=1)
    with groups(aws) as wire, pytest.raises(ValueError):
        json.loads(wire.answer()[1])
    with groups(aws) as wire:
        assert wire.answer()[1].startswith(b"<html>")
    with groups(aws) as wire:
        assert wire.until() == "end"
        assert b"Transfer-Encoding: chunked\r\n" in wire.raw and b"\r\n\r\nfffffffff" in wire.raw


def test_a_kept_connection_that_is_closed(aws):
    aws.faults.add("close", nth=2)
    with groups(aws) as wire:
        wire.answer()
        length = len(wire.raw)
        wire.socket.sendall(wire.request)
        assert wire.until() == "end"
        assert len(wire.raw) == 2 * length


def test_a_wrong_date_and_a_redirect(aws):
    aws.faults.add("date", nth=1, shift=-86_400)
    aws.faults.add("redirect", nth=1, location="http://198.51.100.1/")
    date = send(aws, *signed(aws, **LOGS))[2]
    assert 86_300 < time.time() - calendar.timegm(time.strptime(date, "%a, %d %b %Y %H:%M:%S GMT")) < 86_500
    with groups(aws) as wire:
        wire.answer()
    assert wire.raw.startswith(b"HTTP/1.1 301 ") and b"Location: http://198.51.100.1/\r\n" in wire.raw


# ---- pages ----


def test_spoilt_pages(aws):
    for number in range(10):
        aws.world.put(GROUP, "eni-1-all", str(number), number)
    aws.page_events = 4
    logs = client(aws, "logs")

    def seen():
        return [int(event["message"]) for event in all_events(logs)[0]]

    aws.faults.add("empty_page", nth={1, 3, 4})
    assert seen() == list(range(10)) and len(aws.requests) == 6
    aws.faults.clear()
    aws.faults.add("repeat_events", nth=1, count=2)
    assert seen() == [0, 1, 2, 3, 0, 1, 4, 5, 6, 7, 8, 9]
    aws.faults.clear()
    aws.faults.add("shuffle")
    assert seen() != sorted(seen()) == list(range(10))
    aws.faults.clear()
    aws.faults.add("repeat_token", nth=2)
    first = logs.filter_log_events(logGroupName=GROUP)["nextToken"]
    answer = logs.filter_log_events(logGroupName=GROUP, nextToken=first)
    assert answer["nextToken"] == first and len(answer["events"]) == 4


# ---- Live Tail ----


def tail(aws, **members):
    """A session that has begun: what arrives from now on is in it."""
    return client(aws, "logs").start_live_tail(logGroupIdentifiers=[ARN], **members)["responseStream"]


def updates(stream, enough):
    """The first `enough` events of a session, or until enough(results of its updates); and then leaves it."""
    found, results, end = [], [], time.monotonic() + 30
    for event in stream:
        found.append(event)
        results += event.get("sessionUpdate", {}).get("sessionResults", [])
        if len(found) == enough if isinstance(enough, int) else enough(results):
            break
        assert time.monotonic() < end, f"still not enough after {len(found)} events"
    stream.close()
    return found


def results_of(events):
    return [row for event in events for row in event.get("sessionUpdate", {}).get("sessionResults", [])]


def test_a_session_as_botocore_reads_it(fast):
    stream = tail(fast, logEventFilterPattern="REJECT", logStreamNames=["eni-1-all"])
    now = fast.world.now_ms()
    for number in range(10):
        fast.world.put(GROUP, f"eni-{number % 2}-all", f"{number} REJECT", number, now + 10_000 + 200 * number)
    fast.world.put(GROUP, "eni-1-all", "7 ACCEPT", 7, now + 10_000)
    start, *rest = updates(stream, lambda results: len(results) >= 5)
    assert start["sessionStart"]["logGroupIdentifiers"] == [ARN]
    assert all(one["sessionUpdate"]["sessionMetadata"] == {"sampled": False} for one in rest)
    events = results_of(rest)
    assert [event["timestamp"] for event in events] == [1, 3, 5, 7, 9]
    assert events[0] == {"logStreamName": "eni-1-all", "logGroupIdentifier": ARN, "message": "1 REJECT",
                         "timestamp": 1, "ingestionTime": now + 10_200}


def test_only_what_arrives_from_then_on(fast):
    fast.world.put(GROUP, "eni-1-all", "before")
    fast.world.clock.jump(1)
    (_, update) = updates(tail(fast), 2)
    assert update["sessionUpdate"]["sessionResults"] == []


def test_more_than_500_are_sampled(fast):
    stream, now = tail(fast), fast.world.now_ms()
    for number in range(1200):
        fast.world.put(GROUP, "eni-1-all", str(number), number, now + 10_000)
    sizes = [(len(one["sessionUpdate"]["sessionResults"]), one["sessionUpdate"]["sessionMetadata"]["sampled"])
             for one in updates(stream, bool)[1:]]
    assert sizes[-1] == (500, True) and all(size == (0, False) for size in sizes[:-1])


def test_sessions_end_and_are_limited(fast):
    fast.live_seconds = 3
    stream = tail(fast)
    with pytest.raises(EventStreamError, match="SessionTimeoutException"):
        for _ in stream:
            pass
    fast.live_most, fast.live_seconds = 1, 10_000
    first = tail(fast)
    with pytest.raises(ClientError, match="LimitExceededException"):
        tail(fast)
    first.close()
    assert refused(client(fast, "logs").start_live_tail, logGroupIdentifiers=[GROUP]) == "InvalidParameterException"


def test_a_client_that_does_not_read_loses_the_oldest(fast):
    now = fast.world.now_ms()
    for second in range(1, 60):
        for number in range(450):
            fast.world.put(GROUP, "eni-1-all", f"{second} {number} " + "x" * 600, 1, now + second * 1000)
    with Wire(fast, body=json.dumps({"logGroupIdentifiers": [ARN]}).encode(), **LIVE) as wire:
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deadline = time.monotonic() + 10
        while fast.world.now_ms() < now + 62_000 and time.monotonic() < deadline:
            time.sleep(0.05)
    deadline = time.monotonic() + 5
    while fast.live_sessions and time.monotonic() < deadline:
        time.sleep(0.02)
    assert fast.live_dropped > 1000


def frames(fast, action, seconds=10.0, **arguments):
    """(messages that botocore decodes, how the connection ended, the error of the decoder)"""
    fast.faults.add(action, operation="StartLiveTail", **arguments)
    with Wire(fast, body=json.dumps({"logGroupIdentifiers": [ARN]}).encode(), **LIVE) as wire:
        ending = wire.until(seconds=seconds)
    head, _, rest = wire.raw.partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in head and b"application/vnd.amazon.eventstream" in head
    buffer, found, error = EventStreamBuffer(), [], None
    try:
        buffer.add_data(unchunked(rest))
        found.extend(buffer)
    except (ChecksumMismatch, InvalidHeadersLength, InvalidPayloadLength) as caught:
        error = type(caught).__name__
    return found, ending, error


def unchunked(rest):
    made = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        made, rest = made + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return made


def kinds(messages):
    return [one.headers.get(":event-type") or one.headers.get(":exception-type") or one.headers.get(":error-code")
            for one in messages]


def test_spoilt_sessions(fast):
    opening = ["initial-response", "sessionStart", "sessionUpdate"]
    found, ending, error = frames(fast, "live_exception", kind="SessionStreamingException", nth=1)
    assert (kinds(found), ending, error) == (opening + ["SessionStreamingException"], "end", None)
    found, ending, error = frames(fast, "live_error", nth=1)
    assert (kinds(found), ending, error) == (opening + ["InternalError"], "end", None)
    found, ending, error = frames(fast, "live_half_frame", nth=1)
    assert (kinds(found), ending, error) == (opening, "end", None)
    found, ending, error = frames(fast, "live_half_frame", nth=1, reset=True)
    assert ending == "reset"
    found, ending, error = frames(fast, "live_end", nth=1)
    assert (kinds(found), ending, error) == (opening + ["sessionUpdate"], "end", None)
    found, ending, error = frames(fast, "live_silence", nth=1, seconds=1.0)
    assert (kinds(found), ending, error) == (opening, "silence", None)
    found, ending, error = frames(fast, "reset", nth=1, at=-20)
    assert (kinds(found), ending, error) == (opening[:1], "reset", None)


@pytest.mark.parametrize("action,arguments,expected", [
    ("live_bad_crc", {"part": "prelude"}, "ChecksumMismatch"),
    ("live_bad_crc", {"part": "message"}, "ChecksumMismatch"),
    ("live_lengths", {"headers": 1 << 20}, "InvalidHeadersLength"),
    ("live_lengths", {"total": 1 << 31}, "InvalidPayloadLength"),
])
def test_spoilt_frames(fast, action, arguments, expected):
    found, _, error = frames(fast, action, close=True, **arguments)
    assert error == expected


def test_updates_that_are_sampled_dropped_or_unknown(fast):
    fast.faults.add("live_sampled", operation="StartLiveTail", nth=1, at=1, updates=2)
    fast.faults.add("live_unknown", operation="StartLiveTail", nth=1, at=1)
    _, *rest = updates(tail(fast), 4)
    assert [one["sessionUpdate"]["sessionMetadata"]["sampled"] for one in rest] == [True, True, False]
    assert len(updates(tail(fast), 3)) == 3
    fast.faults.add("live_drop", operation="StartLiveTail", nth=1, at=1, updates=3)
    now = fast.world.now_ms()
    for step in range(1000):
        fast.world.put(GROUP, "eni-1-all", str(step), 1, now + 200 * step)
    (first, *_) = results_of(updates(tail(fast), bool))
    assert first["ingestionTime"] > fast.calls("StartLiveTail")[-1].at * 1000 + 2900


def test_a_whole_flow_by_live_tail(tmp_path):
    with bench(tmp_path, world=World(Clock(rate=40))) as made:
        made.tolerance = 1e6
        group = made.world.group(GROUP, Interfaces(count=10, rate=20, history=300))
        began = made.world.now_ms()
        stream = updates(tail(made), 60)
        events = [event["message"] for event in results_of(stream)]
        arrived = [event.message for event in group.arrived(began, made.world.now_ms())]
        assert len(events) == len(set(events)) > 300
        assert set(events) <= set(arrived)
