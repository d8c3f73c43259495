"""Hold: what is held stays, what comes is counted, and what had to go is said."""

import os
import threading

from harness import Terminal, settled


class Feed:
    """A pipe that is fed lines from a thread of its own, so that a full pipe stops nobody else."""

    def __init__(self, lines):
        self.lines = lines
        self.reader, self.writer = os.pipe()
        self.threads = []

    def send(self, first, last):
        data = b"".join(self.lines[first:last])
        thread = threading.Thread(target=self._write, args=(data,), daemon=True)
        thread.start()
        self.threads.append(thread)

    def _write(self, data):
        while data:
            data = data[os.write(self.writer, data) :]

    def close(self):
        for thread in self.threads:
            thread.join(timeout=30)
        os.close(self.writer)


def held(weir, flows, *options):
    lines = flows(300000).read_bytes().splitlines(keepends=True)
    feed = Feed(lines)
    feed.send(0, 1000)
    term = Terminal([weir, "-", *options], size=(120, 40), stdin=feed.reader)
    os.close(feed.reader)
    return feed, term


def records(term):
    """The lines of the table."""
    return [line[34:] for line in term.lines()[13:37]]


def test_held_records_stay_and_new_ones_are_counted(fast_weir, flows):
    feed, term = held(fast_weir, flows)
    with term:
        term.wait_for("1,000 of 1,000")
        term.wait_for(settled)
        term.keys("Space")
        term.wait_for("HELD, 0 new")
        before = records(term)
        assert sum("ACCEPT" in line or "REJECT" in line for line in before) > 20
        feed.send(1000, 5000)
        term.wait_for("HELD, 4,000 new")
        assert records(term) == before
        term.keys("Space")
        term.wait_for("FOLLOWING")
        assert records(term) != before
        feed.close()


def test_records_that_left_the_ring_are_said_to_have(fast_weir, flows):
    feed, term = held(fast_weir, flows, "--memory", "4M")
    with term:
        term.wait_for("1,000 of 1,000")
        term.wait_for(settled)
        term.keys("Space")
        term.wait_for("HELD")
        feed.send(1000, 300000)
        term.wait_for("left the ring")
        term.wait_for("evicted")
        feed.close()
