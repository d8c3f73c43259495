"""logs.py - CloudWatch Logs: what FilterLogEvents and its sisters answer about the world.

Each operation is a function(bench, call) -> answer; call.members are the request's. Tokens are opaque numbers: what
they stand for stays here. As at AWS a page has at most 1 MB and 10,000 events, comes in order of time and then
arrival, may be empty although more follows, and ends with a token unless everything has been searched.
"""

import itertools
import random
import threading

from faults import Failure
from pattern import PatternError, compile_pattern

PAGE_BYTES = 1 << 20
PAGE_EVENTS = 10_000
EVENT_OVERHEAD = 26  # bytes that AWS counts for each event
FOREVER = 1 << 52
NO_GROUP = "The specified log group does not exist."


class Tokens:
    """Opaque texts for what is to be remembered. Those older than `life` seconds are forgotten."""

    def __init__(self, clock, life=86400.0):
        self.clock, self.life, self.kept = clock, life, {}
        self.numbers, self.lock = itertools.count(1), threading.Lock()
        self.dice = random.Random("tokens")

    def new(self, state):
        with self.lock:
            token = f"Bxkq6kVFtJpnnBRqIvxi{next(self.numbers):08d}{self.dice.getrandbits(128):032x}+/="
            self.kept[token] = (self.clock.now(), state)
        return token

    def get(self, token):
        with self.lock:
            made, state = self.kept.get(token, (0, None))
        if state is None or self.clock.now() - made > self.life:
            raise invalid("The specified nextToken is invalid.")
        return state


def invalid(message):
    return Failure(400, "InvalidParameterException", message)


def group_of(bench, call):
    name, identifier = call.members.get("logGroupName"), call.members.get("logGroupIdentifier")
    if (name is None) == (identifier is None):
        raise invalid("One of logGroupName and logGroupIdentifier is needed, not both.")
    return find_group(bench, call, name or identifier)


def find_group(bench, call, name):
    """By name, or by ARN without ':*' at its end."""
    region = call.region
    if name.startswith("arn:"):
        parts = name.split(":")
        if len(parts) != 7 or parts[5] != "log-group" or parts[2] != "logs":
            raise invalid(f"not the ARN of a log group: {name}")
        region, name = parts[3], parts[6]
    found = bench.world.groups.get((region, name))
    if not found or found.deleted or region != call.region:
        raise Failure(400, "ResourceNotFoundException", NO_GROUP)
    return found


def matcher(text):
    try:
        return compile_pattern(text or "")
    except PatternError as error:
        raise invalid(f"Invalid filter pattern: {error}") from None


def stream_filter(names, prefixes):
    """stream -> whether it is asked for."""
    if names and prefixes:
        raise invalid("Either names of streams or a prefix, not both.")
    if names:
        return set(names).__contains__
    return (lambda stream: stream.startswith(tuple(prefixes))) if prefixes else (lambda stream: True)


# ---- FilterLogEvents ----


def filter_log_events(bench, call):
    members = call.members
    group = group_of(bench, call)
    matches, prefix = matcher(members.get("filterPattern")), members.get("logStreamNamePrefix")
    wanted = stream_filter(members.get("logStreamNames"), [prefix] if prefix else None)
    from_ms, to_ms = members.get("startTime", 0), members.get("endTime", FOREVER)
    if from_ms > to_ms:
        raise invalid("startTime is behind endTime.")
    frozen = {name: value for name, value in members.items() if name not in ("nextToken", "limit")}
    after = None
    if "nextToken" in members:
        before, after = bench.tokens.get(members["nextToken"])
        if before != frozen:
            raise invalid("The specified nextToken belongs to another request.")
    if call.action == "empty_page":
        return {"events": [], "searchedLogStreams": [], "nextToken": bench.tokens.new((frozen, after))}
    limit = min(members.get("limit", PAGE_EVENTS), bench.page_events)
    events, last = page(bench, group, (from_ms, to_ms, after), limit, lambda e: wanted(e.stream) and matches(e.message))
    answer = {"events": [public(event) for event in events], "searchedLogStreams": []}
    if last:
        answer["nextToken"] = bench.tokens.new((frozen, last))
    return spoil(call, answer)


def page(bench, group, span, limit, wanted):
    """(events, key to go on after or None when all was searched)."""
    now = bench.world.now_ms()
    group.ensure(now)
    found, size, searched, last = [], 0, 0, None
    for event in group.span(*span):
        if event.ingestion > now:
            continue
        searched += 1
        if wanted(event):
            cost = len(event.message) + EVENT_OVERHEAD
            if len(found) == limit or (found and size + cost > bench.page_bytes):
                return found, last
            found.append(event)
            size += cost
        last = event.key
        if searched == bench.page_searched:
            return found, last
    return found, None


def public(event):
    return {
        "logStreamName": event.stream,
        "timestamp": event.timestamp,
        "message": event.message,
        "ingestionTime": event.ingestion,
        "eventId": event.id,
    }


def spoil(call, answer):
    """What the fault plan does to a page."""
    if call.action == "repeat_token" and "nextToken" in call.members:
        answer["nextToken"] = call.members["nextToken"]
        if call.rule.get("empty"):
            answer["events"] = []
    elif call.action == "repeat_events":
        answer["events"] = answer["events"] + answer["events"][: call.rule.get("count", 100)]
    elif call.action == "shuffle":
        random.Random(call.number).shuffle(answer["events"])
    return answer


# ---- the others ----


def get_log_events(bench, call):
    members = call.members
    group = group_of(bench, call)
    stream = members["logStreamName"]
    group.ensure(bench.world.now_ms())
    if stream not in group.streams:
        raise Failure(400, "ResourceNotFoundException", "The specified log stream does not exist.")
    direction, key = "f" if members.get("startFromHead") else "b", None
    if "nextToken" in members:
        direction, key = bench.tokens.get(members["nextToken"])
    now, limit = bench.world.now_ms(), min(members.get("limit", PAGE_EVENTS), bench.page_events)
    span = group.span(members.get("startTime", 0), members.get("endTime", FOREVER) - 1)
    events = [event for event in span if event.stream == stream and event.ingestion <= now]
    if direction == "f":
        events = [event for event in events if key is None or event.key > key][:limit]
    else:
        events = [event for event in events if key is None or event.key < key][-limit:]
    forward, backward = (events[-1].key, events[0].key) if events else (key, key)
    names = ("timestamp", "message", "ingestionTime")
    return {
        "events": [{name: public(event)[name] for name in names} for event in events],
        "nextForwardToken": again(bench, members, ("f", forward)),
        "nextBackwardToken": again(bench, members, ("b", backward)),
    }


def again(bench, members, state):
    """The token that was given, if nothing has moved."""
    given = members.get("nextToken")
    return given if given and bench.tokens.get(given) == state else bench.tokens.new(state)


def describe_log_groups(bench, call):
    members = call.members
    prefix, part = members.get("logGroupNamePrefix"), members.get("logGroupNamePattern")
    if prefix is not None and part is not None:
        raise invalid("Either a prefix or a pattern, not both.")
    kind = members.get("logGroupClass")
    names = [name for region, name in bench.world.groups if region == call.region]
    groups = [bench.world.groups[(call.region, name)] for name in sorted(names)
              if name.startswith(prefix or "") and (part or "") in name]
    groups = [group for group in groups if not group.deleted and kind in (None, group.kind)]
    shown, token = slice_of(bench, call, groups, 50)
    answer = {"logGroups": [described(group) for group in shown]}
    return {**answer, "nextToken": token} if token else answer


def described(group):
    answer = {
        "logGroupName": group.name,
        "creationTime": group.created,
        "metricFilterCount": 0,
        "arn": group.arn + ":*",
        "logGroupArn": group.arn,
        "storedBytes": 0,
        "logGroupClass": group.kind,
    }
    return {**answer, "retentionInDays": group.retention} if group.retention else answer


def slice_of(bench, call, everything, most):
    """One page of a list that stands still."""
    begin = bench.tokens.get(call.members["nextToken"]) if "nextToken" in call.members else 0
    end = begin + min(call.members.get("limit", most), bench.page_rows)
    return everything[begin:end], bench.tokens.new(end) if end < len(everything) else None


def describe_log_streams(bench, call):
    members = call.members
    group = group_of(bench, call)
    group.ensure(bench.world.now_ms())
    by_time, prefix = members.get("orderBy") == "LastEventTime", members.get("logStreamNamePrefix")
    if by_time and prefix:
        raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    streams = sorted((name for name in group.streams if name.startswith(prefix or "")),
                     key=group.streams.get if by_time else None, reverse=members.get("descending", False))
    shown, token = slice_of(bench, call, streams, 50)
    answer = {"logStreams": [{"logStreamName": name, "creationTime": group.created, "storedBytes": 0,
                              "firstEventTimestamp": group.streams[name], "arn": f"{group.arn}:log-stream:{name}"}
                             for name in shown]}
    return {**answer, "nextToken": token} if token else answer


OPERATIONS = {
    "FilterLogEvents": filter_log_events,
    "GetLogEvents": get_log_events,
    "DescribeLogGroups": describe_log_groups,
    "DescribeLogStreams": describe_log_streams,
}
