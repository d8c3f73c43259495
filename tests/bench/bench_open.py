"""bench_open.py - from exec to a full first screen of a file with a million records, beside wc and gawk."""

import re
import subprocess
import time

from figures import WEIR, Report, generated, workspace
from harness import Terminal, settled

COUNT = 1_000_000
ROUNDS = 5
GAWK = '{ n++; port[$7]++; src[$4]++; action[$13]++; minute[int($11 / 60)]++ } END { print n, length(src) }'


def facets_are_full(term):
    """Whether ACCEPT and REJECT in the facets are all of the file, where the size has facets."""
    counts = re.findall(r"\[ \] (?:ACCEPT|REJECT) +([\d,]+)", term.text())
    return not counts or sum(int(count.replace(",", "")) for count in counts) == COUNT


def first_screen(path, size=(200, 50)):
    """Seconds until the screen shows all of the file."""
    began = time.monotonic()
    with Terminal([WEIR, path], size=size) as term:
        term.wait_for(lambda t: settled(t) and f"{COUNT:,}" in t.line(1) and facets_are_full(t))
        return time.monotonic() - began


def run(*command):
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def best(function, *arguments):
    return min(function(*arguments) for _ in range(ROUNDS))


def main():
    report = Report()
    with workspace() as folder:
        path = generated(folder, COUNT, "--plain")
        report.line("file", path.stat().st_size / 1e6, "MB")
        report.line("wc -l", best(run, "wc", "-l", path), "s")
        report.line("gawk: count, ports, sources, actions, minutes", best(run, "gawk", GAWK, path), "s")
        report.line("weir: first full screen, 200x50", best(first_screen, path), "s", most=1.0)
        report.line("weir: first full screen, 80x24", best(first_screen, path, (80, 24)), "s", most=1.0)
        report.line("weir print -o raw, to nowhere", best(run, WEIR, "print", "-o", "raw", path), "s")
        report.line("weir top srcaddr", best(run, WEIR, "top", "srcaddr", path), "s")
        subprocess.run(["gzip", "-1k", path], check=True)
        report.line("gzip -dc", best(run, "gzip", "-dc", f"{path}.gz"), "s")
        report.line("weir: first full screen, gzip", best(first_screen, f"{path}.gz"), "s")
    report.exit()


if __name__ == "__main__":
    main()
