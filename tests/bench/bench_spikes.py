"""bench_spikes.py - how well core/detect/rarity.h finds anomalies: its score on the Numenta Anomaly Benchmark (NAB),
standard profile, with the one setting that is in the code. Give a copy of NAB (its folders data and labels) by NAB=PATH
or as the argument; without one nothing is measured.

The score: the first 15 % of a series (of 5000 values at most) are for learning and do not count. An alarm inside a
window is worth up to 1, the earlier the more; only the best one of a window counts. An alarm outside costs up to 0.11,
less when it comes soon after a window. A window without an alarm costs 1. The sum is scaled so that silence is 0 and
an alarm at the first value of every window is 100.
"""

import csv
import json
import math
import os
import subprocess
import sys
from bisect import bisect_left, bisect_right
from pathlib import Path

from figures import GENFLOWS, Report

RARITYLINE = Path(os.environ.get("WEIR_RARITYLINE", GENFLOWS.parent / "rarityline"))
LEARNING, LEARNING_ROWS = 0.15, 5000
FALSE_ALARM, MISSED = 0.11, 1.0
FAR = 3.0  # window widths behind a window from which a false alarm costs all


class Series:
    """One data file with the windows of its anomalies as pairs of rows, both inclusive."""

    def __init__(self, path, windows):
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        times = [row["timestamp"] for row in rows]
        self.values = [row["value"] for row in rows]
        self.first = math.floor(LEARNING * min(len(rows), LEARNING_ROWS))  # the first row that counts
        # data have seconds, labels fractions of them: as text of one length both sort by time
        self.windows = [(bisect_left(times, begin[:19]), bisect_right(times, end[:19]) - 1) for begin, end in windows]


def worth(position):
    """1 to -1: an alarm at `position`, in widths of its window: -1 where the window begins, 0 where it ends."""
    return -1.0 if position > FAR else 2 / (1 + math.exp(5 * position)) - 1


def score_series(series, alarms):
    """What the alarms, rows in ascending order, are worth on one series."""
    best, cost = {}, 0.0
    for row in alarms:
        if row < series.first:
            continue
        before = [window for window in series.windows if window[0] <= row]
        if not before:
            cost += FALSE_ALARM
            continue
        begin, end = before[-1]
        if row <= end:
            position = -(end - row + 1) / (end - begin + 1)
            best[begin] = max(best.get(begin, 0.0), worth(position) / worth(-1.0))
        else:
            cost -= FALSE_ALARM * worth((row - end) / max(1, end - begin))
    return sum(best.values()) - MISSED * (len(series.windows) - len(best)) - cost


def score(corpus, alarms_of):
    """0 for silence, 100 for perfection: alarms_of(series) are rows."""
    total = sum(score_series(series, alarms_of(series)) for series in corpus)
    perfect = sum(len(series.windows) for series in corpus)
    silent = -MISSED * perfect
    return 100 * (total - silent) / (perfect - silent)


def detect(series):
    answer = subprocess.run([RARITYLINE], input="\n".join(series.values) + "\n", capture_output=True, text=True,
                            check=True)
    lines = answer.stdout.splitlines()
    if len(lines) != len(series.values):
        raise ValueError(f"{len(lines)} answers for {len(series.values)} values")
    return [row for row, line in enumerate(lines) if line.split()[1] == "1"]


def read_corpus(folder):
    labels = json.loads((folder / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    return [Series(folder / "data" / name, windows) for name, windows in sorted(labels.items())]


def main():
    place = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("NAB")
    if not place:
        print("bench spikes: give a copy of NAB by NAB=/path/to/NAB")
        return
    try:
        corpus = read_corpus(Path(place))
    except FileNotFoundError as error:
        sys.exit(f"bench spikes: {place} is no copy of NAB: {error}")
    report = Report()
    report.line("series", len(corpus), "files")
    report.line("windows", sum(len(series.windows) for series in corpus), "anomalies")
    report.line("silence", score(corpus, lambda _: []), "of 100", least=0, most=0)
    report.line("perfection", score(corpus, lambda series: [begin for begin, _ in series.windows]), "of 100", least=100)
    report.line("rarity, NAB standard profile", score(corpus, detect), "of 100", least=50)
    report.exit()


if __name__ == "__main__":
    main()
