"""bench_terminal.py - bytes a second to the terminal while records stream in, and while nothing does."""

import subprocess
import sys
import time
from pathlib import Path

from figures import WEIR, Report, generated, workspace
from harness import Terminal, settled

RATE = 500  # records a second
WARM_UP = 5
SECONDS = 20
BUDGETS = {(80, 24): 5.0, (200, 50): 14.0}  # KB/s


def stream(folder, seconds):
    lines = generated(folder, 5000, "--plain")
    command = [sys.executable, Path(__file__).with_name("feeder.py"), str(RATE), str(seconds), lines]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def bytes_per_second(folder, size):
    """KB/s over SECONDS, and processor time in percent."""
    feeder = stream(folder, WARM_UP + SECONDS + 5)
    try:
        with Terminal([WEIR, "-"], size=size, stdin=feeder.stdout.fileno()) as term:
            term.wait_for(settled)
            term.quiet_for(WARM_UP)
            used, began = term.cpu_seconds(), time.monotonic()
            sent = term.quiet_for(SECONDS)
            took = time.monotonic() - began
            return sent / took / 1000, 100 * (term.cpu_seconds() - used) / took
    finally:
        feeder.kill()
        feeder.wait()
        feeder.stdout.close()


def main():
    report = Report()
    with workspace() as folder:
        for size, budget in BUDGETS.items():
            name = f"{size[0]}x{size[1]}"
            sent, processor = bytes_per_second(folder, size)
            report.line(f"{RATE} records/s at {name}", sent, "KB/s", most=budget)
            report.line(f"processor at {name}", processor, "%")
        quiet = generated(folder, 20000)
        with Terminal([WEIR, quiet], size=(200, 50)) as term:
            term.wait_for(settled)
            term.settle()
            report.line("a file that is read, 200x50", term.quiet_for(5) / 5 / 1000, "KB/s", most=0.0)
    report.exit()


if __name__ == "__main__":
    main()
