"""trouble.py - the dashboard on a log group while AWS is in trouble: how soon it says so, whether it answers keys, how
soon it leaves. For the tests (generous bounds) and for the benchmark (the promised ones).
"""

import dataclasses
import time

from harness import Terminal
from reading import GROUP, fill


@dataclasses.dataclass
class Case:
    name: str
    words: str  # that the line must have
    action: str = None  # of faults.py
    options: dict = dataclasses.field(default_factory=dict)
    source: str = f"cw:{GROUP}"
    jump: float = 0  # of AWS's clock, seconds
    env: dict = dataclasses.field(default_factory=dict)


CASES = [
    Case("nobody there", "nobody answers at 127.0.0.1:9", env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}),
    Case("a hung network", "does not answer", "hang", {"at": 0}),
    Case("an answer that stops", "slowly", "hang", {"at": 300, "operation": "FilterLogEvents"}),
    Case("access denied", "logs:FilterLogEvents", "access_denied", {"operation": "FilterLogEvents"}),
    Case("credentials expired", "expired", "expired_credentials"),
    Case("no credentials", "no AWS credentials",
         env={"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}),
    Case("a wrong clock", "the clock here is 1h behind", jump=3600),
    Case("an unknown group", "/vpc/flow", source="cw:/vpc/flwo"),
    Case("throttled", "throttl", "throttle"),
]


@dataclasses.dataclass
class Outcome:
    line: str
    told_s: float  # from the start of the program to the line
    key_s: float  # from a key to its list on the screen
    quit_s: float  # from q to the end
    status: int


def measure(weir, aws, case):
    aws.world.clock.jump(case.jump)
    fill(aws, 20)
    if case.action:
        aws.faults.add(case.action, **case.options)
    begin = time.monotonic()
    with Terminal([weir, case.source], env=aws.env(aws.home, **case.env), size=(120, 40), cwd=aws.home) as term:
        term.wait_for(case.words)
        told = time.monotonic()
        line = next(line for line in term.lines() if case.words in line)
        term.keys("?")
        term.wait_for("half a page down")
        answered = time.monotonic()
        term.keys("Esc")
        term.wait_for(lambda one: "half a page down" not in one.text())
        left = time.monotonic()
        term.keys("q")
        status = term.wait_exit(timeout=10)
        return Outcome(line.strip(), told - begin, answered - told, time.monotonic() - left, status)
