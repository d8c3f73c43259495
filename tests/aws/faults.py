"""faults.py - what goes wrong, when, and how.

    faults.add("throttle", operation="FilterLogEvents", nth={2, 3})     the 2nd and the 3rd
    faults.add("reset", probability=0.1, at=700)                        one in ten, after 700 bytes of the answer
    faults.add("hang", operation="GetObject", times=1, at=0)            the next one

A Rule matches by operation (None = all), by `when(call)`, then by nth (its own count of matching requests, from 1), by
probability (drawn from the seed), and at most `times` times. The first rule that matches a request is applied to it.
What actions there are: FAILURES answer instead of the service; PAGES change what FilterLogEvents finds (logs.py);
LIVE change a Live Tail session (livetail.py); WIRES change how the answer is sent (below).
"""

import dataclasses
import random
import select
import socket
import struct
import threading
import time


class Failure(Exception):
    """An error as AWS answers it; the server gives it the form of the service."""

    def __init__(self, status, code, message, headers=None, body=None):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message
        self.headers, self.body = headers or {}, body


# action: {service or None: (status, code)}, message
FAILURES = {
    "throttle": ({None: (400, "ThrottlingException"), "ec2": (503, "RequestLimitExceeded"), "sts": (400, "Throttling"),
                  "s3": (503, "SlowDown")}, "Rate exceeded"),
    "error": ({None: (500, "InternalFailure"), "s3": (500, "InternalError")}, "We encountered an internal error."),
    "access_denied": ({None: (400, "AccessDeniedException"), "ec2": (403, "UnauthorizedOperation"),
                       "sts": (403, "AccessDenied"), "s3": (403, "AccessDenied")},
                      "User: {arn} is not authorized to perform: {permission}"),
    "not_found": ({None: (400, "ResourceNotFoundException"), "ec2": (400, "InvalidFlowLogId.NotFound"),
                   "s3": (404, "NoSuchBucket")}, "The specified log group does not exist."),
    "expired_token": ({None: (400, "InvalidParameterException"), "s3": (400, "InvalidArgument")},
                      "The specified nextToken is invalid."),
    "expired_credentials": ({None: (400, "ExpiredTokenException"), "ec2": (400, "RequestExpired"),
                             "sts": (403, "ExpiredToken"), "s3": (400, "ExpiredToken")},
                            "The security token included in the request is expired"),
    "skew": ({None: (403, "InvalidSignatureException"), "ec2": (400, "RequestExpired"),
              "sts": (403, "SignatureDoesNotMatch"), "s3": (403, "RequestTimeTooSkewed")},
             "Signature expired: 20200101T000000Z is now earlier than 20200101T010000Z (20200101T010500Z - 5 min.)"),
    "limit": ({None: (400, "LimitExceededException")}, "The maximum number of sessions has been reached."),
}
PAGES = {"empty_page", "repeat_token", "repeat_events", "shuffle"}
LIVE = {"live_sampled", "live_half_frame", "live_bad_crc", "live_lengths", "live_exception", "live_error",
        "live_silence", "live_drop", "live_end", "live_unknown"}
WIRES = {"reset", "fin", "hang", "drip", "broken_json", "garbage", "bad_chunk", "close", "date", "redirect"}


@dataclasses.dataclass
class Rule:
    action: str
    operation: str = None
    nth: object = None  # a number, or what has numbers in it
    probability: float = 1.0
    times: int = None
    when: object = None  # when(call) -> bool
    arguments: dict = dataclasses.field(default_factory=dict)
    seen: int = 0
    fired: int = 0

    def get(self, name, default=None):
        return self.arguments.get(name, default)

    def applies(self, call, dice):
        if self.operation not in (None, call.operation) or (self.when and not self.when(call)):
            return False
        self.seen += 1
        if self.nth is not None and (self.seen != self.nth if isinstance(self.nth, int) else self.seen not in self.nth):
            return False
        if self.times is not None and self.fired >= self.times:
            return False
        if self.probability < 1 and dice.random() >= self.probability:
            return False
        self.fired += 1
        return True


class Faults:
    """The plan of one server; any thread."""

    def __init__(self, seed=1):
        self.seed, self.rules, self.lock = seed, [], threading.Lock()
        self.dice = random.Random(seed)

    def add(self, action, operation=None, nth=None, probability=1.0, times=None, when=None, **arguments):
        assert action in FAILURES or action in PAGES | LIVE | WIRES, f"no such fault: {action}"
        rule = Rule(action, operation, nth, probability, times, when, arguments)
        with self.lock:
            self.rules.append(rule)
        return rule

    def clear(self):
        with self.lock:
            self.rules.clear()

    def pick(self, call):
        with self.lock:
            return next((rule for rule in self.rules if rule.applies(call, self.dice)), None)


def failure_of(rule, call):
    """The Failure that a rule asks for, or None."""
    if rule is None or rule.action not in FAILURES:
        return None
    codes, message = FAILURES[rule.action]
    status, code = codes.get(call.service, codes[None])
    message = message.format(arn=call.arn, permission=f"{call.service}:{call.operation}")
    headers = {"x-amz-retry-after": str(rule.get("retry_after_ms"))} if rule.get("retry_after_ms") else {}
    status = rule.get("status", status)
    code = rule.get("code", {502: "BadGateway", 503: "ServiceUnavailableException", 504: "GatewayTimeout"}.get(
        status, code) if rule.action == "error" else code)
    return Failure(status, code, rule.get("message", message), headers, rule.get("body"))


# ---- the wire ----


class Gone(Exception):
    """The connection is not to be used any more."""


def deliver(connection, head, body, rule, stopping):
    """Sends an answer as the rule wants it; returns the bytes sent. Raises Gone where the connection ends."""
    action = rule.action if rule and rule.action in WIRES else None
    if action == "broken_json":
        body = rule.get("body", body[: max(1, len(body) * 2 // 3)])
        head = with_length(head, len(body))
    elif action == "garbage":
        body = rule.get("body", b"<html><body>Bad Gateway\x00\xff</body></html>")
        head = with_length(head, len(body))
    elif action == "bad_chunk":
        head = with_length(head, None)
        body = b"ffffffffffffffffff\r\n" + body
    whole = head + body
    if action in ("reset", "fin", "hang"):
        return cut(connection, whole, action, rule.get("at", 0), stopping, rule.get("seconds"))
    if action == "drip":
        return drip(connection, whole, rule, stopping)
    connection.sendall(whole)
    if action in ("close", "bad_chunk"):
        raise Gone(len(whole))
    return len(whole)


def with_length(head, length):
    lines = [one for one in head.split(b"\r\n") if not one.lower().startswith(b"content-length:")]
    lines.insert(1, b"Transfer-Encoding: chunked" if length is None else b"Content-Length: %d" % length)
    return b"\r\n".join(lines)


def cut(connection, whole, action, at, stopping, seconds):
    """Sends `at` bytes (negative: from the end) and then ends or says nothing more."""
    part = whole[:at]
    connection.sendall(part)
    if action == "reset":
        reset(connection)
    elif action == "hang":
        wait_gone(connection, stopping, seconds)
    raise Gone(len(part))


def reset(connection):
    """The next close sends RST. What was written is given to the peer first, as far as it reads."""
    time.sleep(0.002)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def is_reset(connection):
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 1) != b"\0"


def wait_gone(connection, stopping, seconds=None):
    """Until the peer has closed, the server stops, or the time is over."""
    end = time.monotonic() + (seconds if seconds is not None else 3600)
    while not stopping.is_set() and time.monotonic() < end:
        readable, _, _ = select.select([connection], [], [], 0.05)
        if readable:
            try:
                if not connection.recv(65536):
                    return
            except OSError:
                return


def drip(connection, whole, rule, stopping):
    """`chunk` bytes every `pause` seconds; the first `quick` bytes at once."""
    quick, chunk, pause = rule.get("quick", 0), rule.get("chunk", 1), rule.get("pause", 0.01)
    connection.sendall(whole[:quick])
    for begin in range(quick, len(whole), chunk):
        if stopping.wait(pause):
            raise Gone(begin)
        connection.sendall(whole[begin : begin + chunk])
    return len(whole)
