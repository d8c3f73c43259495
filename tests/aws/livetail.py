"""livetail.py - StartLiveTail: a session of event-stream frames, one update a second of the world's clock.

At most 500 events an update, a sample of them beyond that; when the client does not read, 10 updates or 5,000 events
are kept and the oldest are dropped without a word; after three hours comes SessionTimeoutException. Events are sent
when they arrive, whatever their time. A fault of the plan (faults.LIVE) strikes at update `at` (from 1; default 2).
"""

import binascii
import collections
import json
import random
import socket
import ssl
import struct
import time
import uuid

import shapes
from faults import Failure, Gone, reset
from logs import find_group, invalid, matcher, stream_filter

MOST_EVENTS = 500  # of an update
QUEUE_UPDATES, QUEUE_EVENTS = 10, 5000
NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
CONTENT_TYPE = "application/vnd.amazon.eventstream"


def frame(headers, payload):
    """One message: all headers are strings (type 7)."""
    packed = b"".join(struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value)) + value.encode()
                      for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(packed) + len(payload), len(packed))
    prelude += struct.pack(">I", binascii.crc32(prelude))
    whole = prelude + packed + payload
    return whole + struct.pack(">I", binascii.crc32(whole))


def event_frame(kind, members):
    checked = shapes.model("logs").shape_for("StartLiveTailResponseStream").members.get(kind)
    wrong = shapes.complaints(checked, members, kind) if checked else []
    if wrong:
        raise shapes.Misshapen("; ".join(wrong))
    content = "application/x-amz-json-1.1" if kind == "initial-response" else "application/json"
    headers = {":message-type": "event", ":event-type": kind, ":content-type": content}
    return frame(headers, json.dumps(members, ensure_ascii=False).encode())


def exception_frame(kind, message):
    headers = {":message-type": "exception", ":exception-type": kind, ":content-type": "application/json"}
    return frame(headers, json.dumps({"message": message}).encode())


def error_frame(code, message):
    return frame({":message-type": "error", ":error-code": code, ":error-message": message}, b"")


def broken(whole, rule):
    """A frame with what a fault does to its bytes."""
    if rule.action == "live_half_frame":
        return whole[: rule.get("bytes", len(whole) // 2)]
    if rule.action == "live_bad_crc":
        place = 8 if rule.get("part") == "prelude" else len(whole) - 1
        return whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1 :]
    total, headers = struct.unpack(">II", whole[:8])
    prelude = struct.pack(">II", rule.get("total", total), rule.get("headers", headers))
    return prelude + struct.pack(">I", binascii.crc32(prelude)) + whole[12:]


class Session:
    """One client that follows one to ten groups."""

    def __init__(self, bench, call):
        members, self.bench, self.rule = call.members, bench, call.rule if call.is_live else None
        names = members["logGroupIdentifiers"]
        if any(not name.startswith("arn:") for name in names):
            raise invalid("logGroupIdentifiers are ARNs.")
        self.groups = [find_group(bench, call, name) for name in names]
        if any(group.kind != "STANDARD" for group in self.groups):
            raise Failure(400, "InvalidOperationException", "Live Tail is for log groups of the class STANDARD.")
        prefixes, streams = members.get("logStreamNamePrefixes"), members.get("logStreamNames")
        if (prefixes or streams) and len(names) != 1:
            raise invalid("Streams can be chosen in one log group only.")
        self.wants, self.matches = stream_filter(streams, prefixes), matcher(members.get("logEventFilterPattern"))
        with bench.lock:
            if bench.live_sessions >= bench.live_most:
                raise Failure(400, "LimitExceededException", "The maximum number of concurrent sessions is reached.")
            bench.live_sessions += 1
        self.members, self.dice, self.update = members, random.Random(call.number), 0
        self.queue, self.pending, self.sent, self.dropped = collections.deque(), b"", 0, 0
        self.id, self.seen = str(uuid.UUID(int=call.number)), bench.world.now_ms()

    def run(self, connection, head):
        """Until one of both ends it: then Gone, with the bytes sent."""
        self.connection = connection
        try:
            connection.sendall(head)
            connection.setblocking(False)
            self.pending = self.opening()
            self.updates()
        except (Gone, OSError):
            pass
        finally:
            self.leave()
        raise Gone(self.sent)

    def leave(self):
        with self.bench.lock:
            self.bench.live_sessions -= 1
            self.bench.live_dropped += self.dropped

    def opening(self):
        """The chunks with which every session begins."""
        start = {"requestId": self.id, "sessionId": self.id, **self.members}
        return self.chunk(event_frame("initial-response", {})) + self.chunk(event_frame("sessionStart", start))

    def updates(self):
        clock = self.bench.world.clock
        end, due = clock.now() + self.bench.live_seconds, time.monotonic()
        while clock.now() < end:
            due += clock.real(1.0)
            self.wait(due)
            now = self.bench.world.now_ms()
            events = [event for group in self.groups for event in group.arrived(self.seen, now)
                      if self.wants(event.stream) and self.matches(event.message)]
            self.seen, self.update = now, self.update + 1
            self.one(sorted(events, key=lambda one: (one.ingestion, one.timestamp, one.number)))
        self.say(exception_frame("SessionTimeoutException", "The session has been open for three hours."))
        self.close()

    def one(self, events):
        """An update, or what the fault plan has in its place."""
        sampled = len(events) > MOST_EVENTS
        if sampled:
            events = sorted(self.dice.sample(events, MOST_EVENTS), key=lambda one: one.ingestion)
        rule = self.rule
        at, count = (rule.get("at", 2), rule.get("updates", 1)) if rule else (0, 0)
        if not rule or not at <= self.update < at + count:
            self.keep(events, sampled)
        elif rule.action == "live_sampled":
            self.keep([event for event in events if self.dice.random() < rule.get("fraction", 0.5)], True)
        elif rule.action == "live_unknown":
            self.say(event_frame("sessionWeather", {"sky": "blue"}))
            self.keep(events, sampled)
        elif rule.action in ("live_silence", "live_drop"):
            if rule.action == "live_silence":
                self.wait(time.monotonic() + self.bench.world.clock.real(rule.get("seconds", 86400)))
        else:
            self.end_badly(rule, self.made(events, sampled))

    def end_badly(self, rule, whole):
        if rule.action == "live_exception":
            self.say(exception_frame(rule.get("kind", "SessionTimeoutException"), rule.get("message", "over")))
        elif rule.action == "live_error":
            self.say(error_frame(rule.get("code", "InternalError"), rule.get("message", "An error occurred")))
        elif rule.action == "live_end":
            self.say(whole)
        else:
            self.say(broken(whole, rule))
            if rule.action != "live_half_frame" and not rule.get("close"):
                return  # the stream goes on; whether it can be understood is the client's affair
            self.flush(2.0)
            if rule.get("reset"):
                reset(self.connection)
            raise Gone(self.sent)
        self.close()

    def made(self, events, sampled):
        arns = {group.name: group.arn for group in self.groups}
        results = [{"logStreamName": event.stream, "logGroupIdentifier": f"123456789012:{event.group}"
                    if self.bench.live_short_names else arns[event.group], "message": event.message,
                    "timestamp": event.timestamp, "ingestionTime": event.ingestion} for event in events]
        return event_frame("sessionUpdate", {"sessionMetadata": {"sampled": sampled}, "sessionResults": results})

    # ---- sending ----

    def keep(self, events, sampled):
        """Queues an update; the oldest ones go when the client is too slow."""
        self.queue.append((events, sampled))
        self.flush(0)
        while len(self.queue) > QUEUE_UPDATES or sum(len(one[0]) for one in self.queue) > QUEUE_EVENTS:
            self.dropped += len(self.queue.popleft()[0])

    def say(self, whole):
        """Everything before it, and then this."""
        self.flush(2.0)
        self.pending += self.chunk(whole)
        self.flush(0)

    @staticmethod
    def chunk(whole):
        return b"%x\r\n%s\r\n" % (len(whole), whole)

    def flush(self, patience):
        """Sends as much as the client takes; waits for it at most that long."""
        end = time.monotonic() + patience
        while self.pending or self.queue:
            if not self.pending:
                self.pending = self.chunk(self.made(*self.queue.popleft()))
            try:
                sent = self.connection.send(self.pending)
                self.pending, self.sent = self.pending[sent:], self.sent + sent
            except NOT_NOW:
                if time.monotonic() >= end:
                    return
                time.sleep(0.01)

    def wait(self, until):
        """Until a moment of the monotonic clock; raises Gone when the client has left or the bench stops."""
        while True:
            self.flush(0)
            left = until - time.monotonic()
            if self.bench.stopping.wait(max(0.0, min(0.05, left))):
                raise Gone(self.sent)
            try:
                if not self.connection.recv(4096):
                    raise Gone(self.sent)
            except NOT_NOW:
                pass
            if left <= 0:
                return

    def close(self):
        self.flush(2.0)
        self.pending = b"0\r\n\r\n"
        self.flush(2.0)
        try:
            self.connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        raise Gone(self.sent)
