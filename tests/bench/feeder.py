"""feeder.py - writes flow-log lines to standard output at a steady rate, with the times of now.

usage: feeder.py RATE SECONDS SEED-FILE     lines of SEED-FILE over and over, their last two times replaced
"""

import sys
import time

SLICE = 0.02  # seconds between two writes


def main(rate, seconds, path):
    with open(path, "rb") as file:
        lines = [line.split(b" ") for line in file.read().split(b"\n") if line]
    began = time.monotonic()
    sent, total = 0, rate * seconds
    while sent < total:
        due = min(total, int((time.monotonic() - began) * rate))
        if due <= sent:
            time.sleep(SLICE)
            continue
        now = int(time.time())
        start, end = b"%d" % (now - 30), b"%d" % now
        batch = bytearray()
        for number in range(sent, due):
            columns = lines[number % len(lines)]
            batch += b" ".join((*columns[:10], start, end, *columns[12:])) + b"\n"
        sys.stdout.buffer.write(batch)
        sys.stdout.buffer.flush()
        sent = due


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
