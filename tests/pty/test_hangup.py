"""A terminal that goes away takes the program with it: no orphan, no spinning."""

import os
import select
import signal
import time

import pytest
from harness import dashboard


def exit_within(term, seconds):
    """Waits for the end by the process itself; returns the time that it took."""
    watch = os.pidfd_open(term.pid)
    began = time.monotonic()
    try:
        assert select.select([watch], [], [], seconds)[0], f"still there after {seconds} s: an orphan"
    finally:
        os.close(watch)
    return time.monotonic() - began


@pytest.mark.parametrize("arguments", [("demo",), ("demo", "--now", "2026-11-23T14:05:00Z")], ids=["live", "still"])
def test_ends_within_a_second_of_a_hangup(weir, arguments):
    with dashboard(weir, *arguments) as term:
        used = term.cpu_seconds()
        term.hang_up()
        exit_within(term, 1.0)
        assert used < 60  # readable until the end


def test_ends_when_the_terminal_goes_and_sighup_is_ignored(weir, tmp_path):
    launcher = tmp_path / "launcher"
    launcher.write_text('#!/bin/sh\ntrap "" HUP\nexec "$@"\n')
    launcher.chmod(0o755)
    with dashboard(launcher, weir, "demo") as term:
        term.hang_up()
        exit_within(term, 1.0)


def test_ends_when_the_terminal_goes_while_stdin_is_data(weir, flows):
    reader, writer = os.pipe()
    try:
        os.write(writer, flows(200).read_bytes()[:20000].rsplit(b"\n", 1)[0] + b"\n")
        with dashboard(weir, "-", stdin=reader) as term:
            term.hang_up()
            exit_within(term, 1.0)
    finally:
        os.close(reader)
        os.close(writer)


def test_a_terminal_that_nobody_reads_costs_no_processor(weir):
    """The reader stands still, records stream in: frames are left out, nothing spins, keys work again after."""
    with dashboard(weir, "demo") as term:
        deadline = time.monotonic() + 3
        before = term.cpu_seconds()
        os.kill(term.pid, signal.SIGCONT)
        select.select([], [], [], max(0, deadline - time.monotonic()))  # nothing is read for three seconds
        assert term.cpu_seconds() - before < 1.5
        term.keys("Q")
        assert term.wait_exit() == 0
