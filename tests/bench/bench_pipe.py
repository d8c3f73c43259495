"""bench_pipe.py - 100,000 records a second through a pipe for a minute while somebody scrolls: nothing is lost,
the numbers of --stats add up, the memory stays below its cap, and a key is answered at once."""

import json
import os
import subprocess
import threading
import time

from figures import GENFLOWS, WEIR, Report
from harness import Terminal, settled

RATE = 100_000
SECONDS = int(os.environ.get("WEIR_BENCH_SECONDS", "60"))
CAP = 128 << 20  # less than the records need, so that the oldest have to go
KEYS = "PgUp PgUp k k ^U Space Tab Esc G t Esc PgUp g G z Z i i e Esc j".split()


def feed(pipe, total, problems):
    """Writes `total` generated lines at RATE; a reader that is too slow makes it late, which is reported."""
    source = subprocess.Popen([GENFLOWS, "--plain", "--seconds", "3600", str(total)], stdout=subprocess.PIPE)
    began, sent, late = time.monotonic(), 0, 0.0
    try:
        while sent < total:
            due = int((time.monotonic() - began) * RATE)
            if due <= sent:
                time.sleep(0.005)
                continue
            late = max(late, (due - sent) / RATE)
            lines = [source.stdout.readline() for _ in range(min(2000, total - sent))]
            pipe.write(b"".join(lines))
            sent += len(lines)
    except BrokenPipeError:
        problems.append(f"the pipe was closed after {sent:,} lines")
    finally:
        pipe.close()
        source.stdout.close()
        source.wait()
    problems.append(late)


def latency(term, key):
    """Seconds from a key to the first byte that comes then."""
    term.quiet_for(0)
    before, began = len(term.output), time.monotonic()
    term.keys(key)
    while len(term.output) == before and time.monotonic() - began < 2:
        term.pump(began + 2)
    return time.monotonic() - began


def scroll(term, seconds):
    """Presses keys for that long; returns the latencies and the most memory seen."""
    answers, most, end, k = [], 0, time.monotonic() + seconds, 0
    while time.monotonic() < end:
        answers.append(latency(term, KEYS[k % len(KEYS)]))
        term.quiet_for(0.2)
        most = max(most, term.rss_bytes())
        k += 1
    return sorted(answers), most


def main():
    report, outcome = Report(), []
    reader, writer = os.pipe()
    total = RATE * SECONDS
    feeder = threading.Thread(target=feed, args=(os.fdopen(writer, "wb"), total, outcome))
    with Terminal([WEIR, "-", "--stats", "--memory", str(CAP)], size=(200, 50), stdin=reader) as term:
        os.close(reader)
        feeder.start()
        answers, most = scroll(term, SECONDS)
        feeder.join()
        term.keys("Esc G")
        term.wait_for(settled)
        term.settle()
        most = max(most, term.rss_bytes())
        used = term.cpu_seconds()
        term.keys("Q")
        status = term.wait_exit()
        stats = json.loads(term.errors().strip().split("\n")[-1])
    lines = sum(stats[name] for name in ("records", "nodata", "skipdata", "headers", "blank", "malformed"))
    late = outcome[-1]
    report.line("exit status", status, "", most=0)
    report.line("lines fed", total, "lines")
    report.line("lines read", stats["lines"], "lines", least=total)
    report.line("lines not accounted for", abs(stats["lines"] - lines), "lines", most=0)
    unknown = abs(stats["records"] - stats["shown"] - stats["filtered"])
    report.line("records not accounted for", unknown, "records", most=0)
    report.line("evicted", stats["evicted"], "rows")
    report.line("feeder late by at most", late, "s", most=1.0)
    report.line("memory at most", most / 2**20, "MiB", most=CAP * 1.1 / 2**20)
    report.line("processor", 100 * used / SECONDS, "%")
    report.line("key to first byte, median", 1000 * answers[len(answers) // 2], "ms")
    report.line("key to first byte, 99 of 100", 1000 * answers[len(answers) * 99 // 100], "ms", most=100)
    report.exit()


if __name__ == "__main__":
    main()
