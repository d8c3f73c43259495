"""world.py - what happens in the account, on a clock of its own.

    world = World(Clock(rate=10))
    world.group("/vpc/flow", Interfaces(count=50, rate=333))      a model, endless unless `records` says how many
    world.put("/vpc/flow", "eni-1-all", message, timestamp_ms, ingestion_ms)      or event by event

Every event has its number, for ever one more than the last, and the records of a model carry it in `bytes`: whoever
has read them can say which are lost, doubled or changed (sequence.py). A model is a function of its seed.

An interface's record is dated by its start, which lies in the interface's own window of `aggregation` seconds (random
phase); it can be read `delay` ± `deviation` seconds after that window's end. That is what makes tailing hard.
Times are Unix milliseconds of the world's clock.
"""

import bisect
import dataclasses
import operator
import random
import threading
import time

ACCOUNT = "123456789012"
MINUTE = 60_000
PORTS = ("22", "53", "80", "80", "443", "443", "3389", "5432")
DEFAULT_FORMAT = ("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end "
                  "action log-status")


class Clock:
    """epoch + rate * elapsed + jumps, in seconds. Epoch None = the real time when it was made."""

    def __init__(self, epoch=None, rate=1.0):
        self.began, self.rate = time.monotonic(), rate
        self.epoch = time.time() if epoch is None else epoch

    def now(self):
        return self.epoch + self.rate * (time.monotonic() - self.began)

    def now_ms(self):
        return int(self.now() * 1000)

    def jump(self, seconds):
        self.epoch += seconds

    def real(self, seconds):
        """How long that many seconds of this clock really last."""
        return seconds / self.rate


class Event:
    __slots__ = ("stream", "timestamp", "ingestion", "number", "message", "group")

    def __init__(self, group, stream, timestamp, ingestion, number, message):
        self.group, self.stream, self.timestamp = group, stream, timestamp
        self.ingestion, self.number, self.message = ingestion, number, message

    def __repr__(self):
        return f"#{self.number} at {self.timestamp} read from {self.ingestion} on, {self.stream}: {self.message}"

    @property
    def key(self):
        return KEY(self)

    @property
    def id(self):
        """56 digits that nobody can read anything from, but that begin with the time as AWS's do."""
        mixed = (self.number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % (1 << 128)
        return f"{((self.timestamp + (1 << 44)) << 141 | mixed) % 10**56:056d}"


KEY = operator.attrgetter("timestamp", "ingestion", "number")


@dataclasses.dataclass
class Interfaces:
    """Network interfaces with traffic."""

    count: int = 50
    rate: float = 16.0  # records a second, of all together
    aggregation: int = 60  # seconds
    delay: float = 60.0  # seconds after the window's end
    deviation: float = 20.0
    history: int = 900  # seconds of windows before the world began
    records: int = None  # no more than that
    phase: str = "random"  # or "aligned"
    late: float = 0.0  # part of the windows that come `late_by` seconds later still
    late_by: tuple = (300, 1500)
    future: float = 0.0  # part of the records that are dated two hours ahead
    twins: float = 0.0  # part of the records that are there twice: two flow logs into one group
    reject: float = 0.2
    fields: str = DEFAULT_FORMAT
    seed: int = 1

    def windows(self, number, begin):
        """Endless (start, end, when it can be read), in seconds, of one interface."""
        dice = random.Random(f"{self.seed}/{number}")
        phase = dice.uniform(0, self.aggregation) if self.phase == "random" else 0
        start = begin - self.history + phase
        while True:
            end = start + self.aggregation
            arrival = end + max(1.0, dice.gauss(self.delay, self.deviation))
            if dice.random() < self.late:
                arrival += dice.uniform(*self.late_by)
            yield start, end, arrival, dice
            start = end

    def lines(self, number, start, end, dice):
        """(start in seconds, field values but for bytes) of one window."""
        mean = self.rate * self.aggregation / self.count
        for _ in range(int(mean + dice.random())):
            first, bits = int(start + dice.random() * (end - start)), dice.getrandbits(64)
            last = min(int(end), first + (bits >> 52) % self.aggregation)
            ahead = 7200 if self.future and dice.random() < self.future else 0
            rejected = (bits & 0xFF) < 256 * self.reject
            yield first + ahead, {
                "version": "2",
                "account-id": ACCOUNT,
                "interface-id": interface_id(number),
                "srcaddr": f"192.0.2.{(bits >> 8 & 0xFF) % 254 + 1}",
                "dstaddr": f"198.51.100.{number % 254 + 1}",
                "srcport": str(1024 + (bits >> 16 & 0xFFFF) % 64512),
                "dstport": PORTS[bits >> 32 & 7],
                "protocol": "6",
                "packets": str(1 + (bits >> 35 & 0xFFF)),
                "start": str(first + ahead),
                "end": str(last + ahead),
                "action": "REJECT" if rejected else "ACCEPT",
                "log-status": "OK",
                "vpc-id": "vpc-0123456789abcdef0",
                "subnet-id": "subnet-0123456789abcdef0",
                "tcp-flags": "2" if rejected else "19",
                "type": "IPv4",
                "flow-direction": "ingress",
            }


def interface_id(number):
    return f"eni-{number + 1:017x}"


class Group:
    """A log group: events by minute of their time, and by second of their arrival."""

    def __init__(self, world, name, model=None, region="us-east-1", kind="STANDARD", retention=None):
        self.world, self.name, self.model, self.region = world, name, model, region
        self.kind, self.retention, self.created = kind, retention, world.clock.now_ms()
        self.minutes, self.arrivals, self.streams, self.by_number = {}, {}, {}, {}
        self.unsorted = set()  # of the minutes
        self.lock, self.deleted, self.made = threading.RLock(), False, 0
        self.waiting = []
        if model:
            for number in range(model.count):
                windows = model.windows(number, world.clock.now())
                self.waiting.append([next(windows), number, windows])

    @property
    def arn(self):
        return f"arn:{partition(self.region)}:logs:{self.region}:{ACCOUNT}:log-group:{self.name}"

    def add(self, stream, timestamp, ingestion, message, number=None):
        with self.lock:
            event = Event(self.name, stream, timestamp, ingestion, number or self.world.next_number(), message)
            self.minutes.setdefault(timestamp // MINUTE, []).append(event)
            self.unsorted.add(timestamp // MINUTE)
            self.arrivals.setdefault(ingestion // 1000, []).append(event)
            self.by_number[event.number] = event
            self.streams.setdefault(stream, timestamp)
        return event

    def ensure(self, now_ms):
        """Makes all windows that began before now."""
        with self.lock:
            for slot in self.waiting:
                while slot[0][0] * 1000 <= now_ms and not self.full():
                    self.fill(slot[1], *slot[0])
                    slot[0] = next(slot[2])

    def full(self):
        return self.model.records is not None and self.made >= self.model.records

    def fill(self, number, start, end, arrival, dice):
        model, stream = self.model, f"{interface_id(number)}-all"
        names = model.fields.split()
        for first, values in model.lines(number, start, end, dice):
            if self.full():
                return
            own = self.world.next_number()
            values["bytes"] = str(own)
            message = " ".join(values.get(name, "-") for name in names)
            for twin in range(2 if dice.random() < model.twins else 1):
                self.add(stream, first * 1000, int(arrival * 1000), message, None if twin else own)
                self.made += 1

    def span(self, from_ms, to_ms, after=None):
        """Events by time in [from, to], behind the key `after`; whether or not they have arrived."""
        for minute in sorted(one for one in list(self.minutes) if from_ms // MINUTE <= one <= to_ms // MINUTE):
            with self.lock:
                events = self.minutes[minute]
                if minute in self.unsorted:
                    events.sort(key=KEY)
                    self.unsorted.discard(minute)
                begin = 0 if after is None else bisect.bisect_right(events, after, key=KEY)
                events = events[begin:]
            for event in events:
                if from_ms <= event.timestamp <= to_ms:
                    yield event

    def arrived(self, from_ms, to_ms):
        """Events with from < ingestion <= to, in that order."""
        self.ensure(to_ms)
        with self.lock:
            seconds = range(from_ms // 1000, to_ms // 1000 + 1)
            known = seconds if len(seconds) < len(self.arrivals) else [one for one in self.arrivals if one in seconds]
            found = [event for second in known for event in self.arrivals.get(second, ())
                     if from_ms < event.ingestion <= to_ms]
        return sorted(found, key=lambda one: (one.ingestion, one.timestamp, one.number))


class World:
    """The account."""

    def __init__(self, clock=None, region="us-east-1"):
        self.clock, self.region = clock or Clock(), region
        self.groups, self.flow_logs, self.buckets = {}, [], {}
        self.vpcs, self.subnets, self.interfaces = [], [], []
        self.network = {}  # more lists of `aws ec2 describe-*` by their names, and {"Entries": {prefix list: [...]}}
        self.lock, self.number = threading.Lock(), 0
        self.began_ms = self.clock.now_ms()

    def next_number(self):
        with self.lock:
            self.number += 1
            return self.number

    def now(self):
        return self.clock.now()

    def now_ms(self):
        return self.clock.now_ms()

    def group(self, name, model=None, region=None, flow_log=True, **options):
        """A log group, and the flow log that writes to it."""
        made = Group(self, name, model, region or self.region, **options)
        self.groups[(made.region, name)] = made
        if flow_log:
            self.flow_log(log_group=name, region=made.region, format=model.fields if model else DEFAULT_FORMAT,
                          interval=model.aggregation if model else 600)
        return made

    def put(self, group, stream, message, timestamp_ms=None, ingestion_ms=None, region=None):
        """One event; the times are those of now if they are not given."""
        now = self.now_ms()
        timestamp_ms = now if timestamp_ms is None else timestamp_ms
        home = self.groups.get((region or self.region, group)) or self.group(group, region=region)
        return home.add(stream, timestamp_ms, now if ingestion_ms is None else ingestion_ms, message)

    def flow_log(self, log_group=None, bucket=None, region=None, format=DEFAULT_FORMAT, **more):
        """A row of DescribeFlowLogs; `more` is in ec2.flow_log()."""
        number = len(self.flow_logs) + 1
        self.flow_logs.append({"number": number, "log_group": log_group, "bucket": bucket, "format": format,
                               "region": region or self.region, "created": self.now(), **more})
        return self.flow_logs[-1]


def partition(region):
    area = region.rpartition("-")[0].rpartition("-")[0]
    return {"cn": "aws-cn", "us-gov": "aws-us-gov", "eusc-de": "aws-eusc"}.get(area, "aws")
