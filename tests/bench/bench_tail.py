"""bench_tail.py - `aws logs tail --follow` and `weir print -F cw:` side by side on the same loopback AWS: what arrives
while they run, and how much of it they print. WEIR_BENCH_TAIL_SECONDS: how long each world runs (150).

Each world is 50 interfaces whose windows have random phases; both programs start together with --since 10m (which is
what aws does by itself) and are stopped together. Counted is what arrived from 5 seconds after the start to 20 seconds
before the end, so that nobody is blamed for his interval, and only what is not older than those ten minutes.
Requests a second are those behind the first 30 seconds, when history has been read. The delay is from the moment a
record could be read to the moment its line came out.
"""

import os
import shutil
import sys
import tempfile
import threading
import time

from figures import ROOT, WEIR, Report

sys.path.insert(0, str(ROOT / "tests" / "aws"))

from sequence import Follower  # noqa: E402
from server import Bench  # noqa: E402
from signing import Key  # noqa: E402
from world import Clock, Interfaces, World  # noqa: E402

SECONDS = float(os.environ.get("WEIR_BENCH_TAIL_SECONDS", "150"))
HISTORY = 30.0  # seconds in which history is read
REST = 20.0  # seconds at the end that are not counted
SINCE, SINCE_S = "10m", 600
GROUP = "/vpc/flow"
AWS = "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else shutil.which("aws")
WORLDS = {
    "delay 60±20 s": Interfaces(count=50, rate=16, aggregation=60, delay=60, deviation=20),
    "delay 300±60 s": Interfaces(count=50, rate=16, aggregation=60, delay=300, deviation=60),
    "333 records/s, delay 60±20 s": Interfaces(count=50, rate=333, aggregation=60, delay=60, deviation=20),
}
TOOLS = {
    "aws logs tail --follow": lambda url: [AWS, "--endpoint-url", url, "logs", "tail", GROUP, "--follow",
                                           "--since", SINCE, "--format", "short"],
    "weir print -F cw:": lambda _: [str(WEIR), "print", "-F", "-o", "raw", "--since", SINCE, f"cw:{GROUP}"],
}


class Run:
    """One world with both programs; measures when join() has returned."""

    def __init__(self, name, model, home):
        self.name, self.rows = name, {}
        self.world = World(Clock())
        self.group = self.world.group(GROUP, model)
        self.home = home
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        with Bench(self.world) as bench:
            self.group.ensure(self.world.now_ms())
            keys = {tool: Key(f"AKIAEXAMPLE{number}", "secret") for number, tool in enumerate(TOOLS)}
            bench.keys.update({key.access_key: key for key in keys.values()})
            followers = {}
            for tool, command in TOOLS.items():
                env = bench.env(self.home, keys[tool], PYTHONUNBUFFERED="1")
                followers[tool] = Follower(command(bench.url), env, self.world.clock)
            begin = self.world.now()
            time.sleep(SECONDS)
            end = self.world.now()
            for tool, follower in followers.items():
                early = follower.process.poll() is not None
                status = follower.stop()
                calls = [call for call in bench.calls() if call.key is keys[tool]]
                later = sum(call.at >= begin + HISTORY for call in calls)
                self.rows[tool] = self.row(follower, begin, end, len(calls), later)
                if early:
                    last = (follower.errors.strip() or "?").splitlines()[-1]
                    self.rows[tool]["failed"] = f"ended with {status}: {last}"
            self.violations = list(bench.violations)

    def row(self, follower, begin, end, requests, later):
        """What a program did with the events that arrived in [begin + 5 s, end - REST]."""
        arrived = [event for event in self.group.arrived(int(1000 * (begin + 5)), int(1000 * (end - REST)))
                   if event.timestamp >= 1000 * (begin + 5 - SINCE_S)]
        known = {event.message: event for event in self.group.by_number.values()}
        printed = {}
        for moment, line in follower.lines:
            message = line if line in known else line.partition(" ")[2]
            if message in known:
                printed.setdefault(message, []).append(moment)
        lost = sum(event.message not in printed for event in arrived)
        delays = sorted(moments[0] - known[message].ingestion / 1000 for message, moments in printed.items()
                        if known[message].ingestion >= 1000 * (begin + 5))
        return {
            "arrived": len(arrived),
            "lost": lost,
            "percent": 100 * lost / max(1, len(arrived)),
            "duplicated": sum(len(moments) - 1 for moments in printed.values()),
            "requests": requests,
            "rate": later / (end - begin - HISTORY),
            "p50": delays[len(delays) // 2] if delays else float("nan"),
            "p99": delays[len(delays) * 99 // 100] if delays else float("nan"),
            "failed": None,
        }


def table(runs):
    print(f"\nMeasured for {SECONDS:.0f} s, 50 interfaces, aggregation 60 s:\n")
    print("| world | program | arrived | lost | lost % | duplicated | requests | requests/s | delay p50 | p99 |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for run in runs:
        for tool, row in run.rows.items():
            print(f"| {run.name} | `{tool}` | {row['arrived']:,} | {row['lost']:,} | {row['percent']:.1f} | "
                  f"{row['duplicated']:,} | {row['requests']:,} | {row['rate']:.2f} | {row['p50']:.1f} s | "
                  f"{row['p99']:.1f} s |")
    print(flush=True)


def main():
    report = Report()
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as home:
        runs = [Run(name, model, home) for name, model in WORLDS.items()]
        for run in runs:
            run.thread.join()
    table(runs)
    for run in runs:
        for tool, row in run.rows.items():
            if row["failed"]:
                print(f"BROKEN  {run.name}: {tool} {row['failed']}")
                report.broken += 1
        row = run.rows["weir print -F cw:"]
        report.line(f"lost, {run.name}", row["lost"], "records", most=0)
        report.line(f"duplicated, {run.name}", row["duplicated"], "records", most=0)
        report.line(f"pace, {run.name}", row["rate"], "requests/s", most=1.0)
        report.line(f"asked wrongly, {run.name}", len(run.violations), "requests", most=0)
    report.exit()


if __name__ == "__main__":
    main()
