"""reading.py - what the tests of the sources in AWS share: `weir print` on the bench, and which records it printed.

Every record carries its number in `bytes`, so that what is lost, doubled or invented can be told.
"""

import collections
import signal
import subprocess
import threading
import time

import canary

GROUP = "/vpc/flow"
LINE = "2 123456789012 eni-1 192.0.2.7 198.51.100.9 43416 443 6 8 {number} {start} {start} {action} OK"


def line(number, start, action="ACCEPT"):
    return LINE.format(number=number, start=int(start), action=action)


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def number_of(text):
    return int(text.split()[9])


def numbers(text):
    return [number_of(one) for one in text.splitlines()]


def twice(found):
    return sorted(number for number, count in collections.Counter(found).items() if count > 1)


def fill(aws, count, begin=-300, group=GROUP, **options):
    """`count` events, one a second from `begin` on, numbered from 0."""
    now = aws.world.now()
    for number in range(count):
        start = int(now) + begin + number
        aws.world.put(group, f"eni-{number % 3}-all", line(number, start), start * 1000, **options)


def read(weir, aws, *words, status=0, timeout=60, env=None):
    """Runs `weir print -o raw` to its end; standard output and standard error."""
    command = [weir, "print", "-o", "raw", *map(str, words)]
    done = subprocess.run(command, env=env or aws.env(aws.home), capture_output=True, text=True, timeout=timeout,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == status, (done.returncode, done.stdout[-500:], done.stderr[-3000:])
    return done.stdout, done.stderr


class Reading:
    """`weir print -o raw` while it runs; `lines` and `errors` grow. Ended by leaving the block."""

    def __init__(self, weir, aws, *words, env=None):
        command = [weir, "print", "-o", "raw", *map(str, words)]
        self.process = subprocess.Popen(command, env=env or aws.env(aws.home), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)
        self.lines, self.errors, self.changed = [], [], threading.Condition()
        self.threads = [threading.Thread(target=self.pump, args=pair, daemon=True)
                        for pair in ((self.process.stdout, self.lines), (self.process.stderr, self.errors))]
        self.began = time.monotonic()
        for thread in self.threads:
            thread.start()

    def pump(self, stream, into):
        for text in stream:
            with self.changed:
                into.append(text.rstrip("\n"))
                self.changed.notify_all()

    def wait(self, condition, seconds=20):
        """Until condition(self) holds; how long it took since the start."""
        end = time.monotonic() + seconds
        with self.changed:
            while not condition(self):
                assert time.monotonic() < end, (self.lines[-5:], self.errors[-10:])
                self.changed.wait(0.1)  # what the bench saw changes without a word from here
        return time.monotonic() - self.began

    @property
    def numbers(self):
        with self.changed:
            return [number_of(text) for text in self.lines]

    def says(self, words, seconds=20):
        return self.wait(lambda self: any(words in text for text in self.errors), seconds)

    def has(self, *wanted, seconds=20):
        return self.wait(lambda self: set(wanted) <= {number_of(text) for text in self.lines}, seconds)

    def quit(self):
        """Asks it to end; how long that took."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)
        return time.monotonic() - begin

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for thread in self.threads:
            thread.join(5)
        canary.check("\n".join(self.lines), "standard output")
        canary.check("\n".join(self.errors), "standard error")
