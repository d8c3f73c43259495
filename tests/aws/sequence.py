"""sequence.py - the oracle: which records were lost, doubled or changed on their way through a program.

    outcome = follow(weir, aws, seconds=60)              weir print -F, stopped when it must have shown everything
    outcome = read(weir, aws, since="15m")               without -F: it ends by itself
    outcome.check()                                      nothing doubled, nothing changed, nothing lost that the
                                                         ledger does not name; otherwise an AssertionError that says all
What has to be shown: events that arrived before the end, whose time is not before `since`, and which arrived within
the horizon. What else arrived may be shown, once. Equal records that are really two may be shown twice.

The ledger is in what --stats prints at the end: "ledger": [{"source", "from", "to", "reason"}].
"""

import collections
import dataclasses
import datetime
import json
import re
import signal
import subprocess
import threading
import time

GROUP = "/vpc/flow"
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
PATIENCE = 120.0  # real seconds


class Follower:
    """A program whose lines are taken with the time they came."""

    def __init__(self, command, env, clock=None):
        self.now = clock.now if clock else time.time
        self.lines, self.errors, self.changed = [], "", threading.Condition()
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, errors="replace")
        self.threads = [threading.Thread(target=target, daemon=True) for target in (self._take, self._take_errors)]
        for thread in self.threads:
            thread.start()

    def _take(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append((self.now(), line.rstrip("\n")))

    def _take_errors(self):
        for line in self.process.stderr:
            self.errors += line

    def wait(self, ready, patience=PATIENCE):
        """Until it is so or the program has ended; patience: real seconds, because a wrong clock must not hang it."""
        end = time.monotonic() + patience
        while not ready() and self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)

    def stop(self, patience=10.0):
        """SIGINT, as at a terminal; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.end(patience)

    def end(self, patience):
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.errors += f"\nit did not end within {patience} s"
        for thread in self.threads:
            thread.join(5)
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.returncode

    def stats(self):
        """The last line of standard error that is a JSON object; {} without one."""
        for line in reversed(self.errors.splitlines()):
            if line.startswith("{"):
                return json.loads(line)
        return {}


@dataclasses.dataclass
class Outcome:
    arrived: int  # events that had to be shown
    shown: int  # lines
    lost: list  # events
    duplicated: list  # lines, once for each time too many
    corrupt: list  # lines that nobody has sent
    ledger: list
    undeclared: list  # lost events that the ledger does not name
    stats: dict
    status: int
    errors: str
    requests: int

    def check(self):
        problems = {name: getattr(self, name) for name in ("duplicated", "corrupt", "undeclared")}
        if any(problems.values()):
            words = [f"{len(found)} {name}, the first: {found[0]!r}" for name, found in problems.items() if found]
            raise AssertionError(f"of {self.arrived} records {'; '.join(words)}\n{self.summary()}")
        return self

    def summary(self):
        return (f"arrived {self.arrived}, shown {self.shown}, lost {len(self.lost)}, requests {self.requests}, "
                f"status {self.status}, ledger {self.ledger}\n{self.errors[-2000:]}")


def follow(weir, aws, seconds=30.0, source=None, group=GROUP, since="15m", horizon=1800.0, options=(), env=None,
           patience=None, linger=0.0):
    """Runs `weir print -F` for that many seconds of the bench's clock, then until all that had arrived by then is
    shown, at most `patience` seconds (of the same clock; None = the horizon) more; then `linger` seconds for what comes
    twice. The last two are limited by PATIENCE as well."""
    clock, home = aws.world.clock, aws.world.groups[(aws.world.region, group)]
    before, begin = len(aws.requests), aws.world.now_ms()
    follower = start(weir, aws, ("-F", *options), since, source or f"cw:{group}", env)
    end = clock.now() + seconds
    follower.wait(lambda: clock.now() >= end, clock.real(seconds) + PATIENCE)
    span = Span(begin - 1000 * seconds_of(since), int(1000 * end), int(1000 * horizon), slack_ms(clock))
    last = end + (horizon if patience is None else patience)
    complete = Complete(home, follower, span)
    follower.wait(lambda: clock.now() >= last or complete())
    last = clock.now() + linger
    follower.wait(lambda: clock.now() >= last)
    return judge(follower, follower.stop(), home, span, len(aws.requests) - before)


def read(weir, aws, source=None, group=GROUP, since="15m", options=(), env=None, patience=PATIENCE):
    """Runs `weir print` without -F until it ends."""
    home = aws.world.groups[(aws.world.region, group)]
    before, begin = len(aws.requests), aws.world.now_ms()
    follower = start(weir, aws, options, since, source or f"cw:{group}", env)
    span = Span(begin - 1000 * seconds_of(since), begin, 1 << 60, slack_ms(aws.world.clock))
    return judge(follower, follower.end(patience), home, span, len(aws.requests) - before)


def start(weir, aws, options, since, source, env):
    command = [str(weir), "print", "-o", "raw", "--stats", "--since", since, *options, source]
    return Follower(command, env or aws.env(aws.home), aws.world.clock)


def slack_ms(clock):
    """The program starts a little later than we think: what it has to show begins up to 5 real seconds later."""
    return int(5000 * max(1.0, clock.rate))


def seconds_of(text):
    amount, unit = re.fullmatch(r"(\d+)([smhd])", text).groups()
    return int(amount) * UNITS[unit]


# ---- who had to be shown, and who was ----


@dataclasses.dataclass
class Span:
    from_ms: int  # event time
    arrived_ms: int  # arrival, at the latest
    horizon_ms: int
    slack_ms: int  # at the beginning

    def requires(self, event):
        return (event.timestamp >= self.from_ms + self.slack_ms and event.ingestion <= self.arrived_ms
                and event.ingestion - event.timestamp <= self.horizon_ms)


def required(home, span):
    return [event for event in home.arrived(0, span.arrived_ms) if span.requires(event)]


class Complete:
    """Whether everything is shown; looks closely only when there are enough lines, and new ones."""

    def __init__(self, home, follower, span):
        self.home, self.follower, self.span = home, follower, span
        self.least, self.looked_at = len(required(home, span)), -1

    def __call__(self):
        count = len(self.follower.lines)
        if count < self.least or count == self.looked_at:
            return False
        self.looked_at = count
        return not missing(self.home, self.follower, self.span)


def missing(home, follower, span):
    """Events that had to be shown and were not."""
    shown = collections.Counter(line for _, line in follower.lines)
    lost = []
    for event in required(home, span):
        if shown[event.message] > 0:
            shown[event.message] -= 1
        else:
            lost.append(event)
    return lost


def judge(follower, status, home, span, requests):
    shown = collections.Counter(line for _, line in follower.lines)
    sent = collections.Counter(event.message for event in home.by_number.values())
    stats = follower.stats()
    ledger, lost = stats.get("ledger", []), missing(home, follower, span)
    return Outcome(
        arrived=len(required(home, span)),
        shown=len(follower.lines),
        lost=lost,
        duplicated=[line for line, count in shown.items() if line in sent for _ in range(count - sent[line])],
        corrupt=[line for line in shown if line not in sent],
        ledger=ledger,
        undeclared=[event for event in lost if not any(names(row, event) for row in ledger)],
        stats=stats,
        status=status,
        errors=follower.errors,
        requests=requests,
    )


def names(row, event):
    return moment_ms(row["from"]) <= event.timestamp <= moment_ms(row["to"])


def moment_ms(value):
    """Milliseconds of a moment in the ledger: a number of milliseconds or seconds, or ISO 8601."""
    if isinstance(value, str):
        return int(datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp() * 1000)
    return int(value) if value > 10**11 else int(value * 1000)
