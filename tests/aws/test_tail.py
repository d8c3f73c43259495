"""test_tail.py - tail:GROUP: rows within seconds of their delivery, and nothing lost by what a Live Tail session leaves
out."""

import pytest

from livetail import MOST_EVENTS
from reading import GROUP, Reading, fill, line, twice


def put(aws, numbers, age=30):
    now = aws.world.now_ms()
    for number in numbers:
        aws.world.put(GROUP, f"eni-{number % 3}-all", line(number, now / 1000 - age), now - age * 1000)


def following(weir, aws, *words):
    return Reading(weir, aws, "-F", "--yes", f"tail:{GROUP}", *words)


def live(aws):
    return aws.calls("StartLiveTail")


def started(reading, aws, count=1):
    reading.wait(lambda self: len(live(aws)) >= count and aws.live_sessions >= 1, seconds=20)


def test_rows_come_live_and_once(weir, aws):
    fill(aws, 10)
    with following(weir, aws) as reading:
        reading.has(*range(10))
        started(reading, aws)
        for number in range(100, 105):
            put(aws, [number])
            reading.has(number, seconds=5)
        # The passes underneath bring them again; they are shown once.
        asked = len(aws.calls("FilterLogEvents"))
        reading.wait(lambda self: len(aws.calls("FilterLogEvents")) > asked + 1, seconds=70)
        assert not twice(reading.numbers)
        assert len(live(aws)) == 1
        assert reading.quit() < 0.5


@pytest.mark.parametrize("fault,options", [
    ("live_sampled", {"at": 2, "updates": 5, "fraction": 0.3}),
    ("live_half_frame", {"at": 3}),
    ("live_bad_crc", {"at": 3}),
    ("live_exception", {"at": 3}),
    ("live_exception", {"at": 3, "kind": "SessionStreamingException"}),
    ("live_error", {"at": 3}),
    ("live_end", {"at": 3}),
    ("live_drop", {"at": 3, "updates": 3}),
    ("live_silence", {"at": 3, "seconds": 30}),
    ("live_unknown", {"at": 2}),
])
def test_what_a_session_leaves_out_is_read_by_pages(weir, aws, fault, options):
    fill(aws, 10)
    aws.faults.add(fault, operation="StartLiveTail", times=1, **options)
    with following(weir, aws) as reading:
        reading.has(*range(10))
        started(reading, aws)
        wanted = []
        for step in range(16):
            wanted += range(1000 + step * 10, 1010 + step * 10)
            put(aws, wanted[-10:])
            aws.stopping.wait(0.5)
        reading.has(*wanted, seconds=60)
        assert not twice(reading.numbers)


def test_more_than_a_session_may_bring_comes_by_pages(weir, aws):
    fill(aws, 3)
    with following(weir, aws) as reading:
        started(reading, aws)
        put(aws, range(1000, 1000 + 3 * MOST_EVENTS))
        reading.has(*range(1000, 1000 + 3 * MOST_EVENTS), seconds=60)
        assert not twice(reading.numbers)


def test_too_many_sessions_means_pages_alone(weir, aws):
    fill(aws, 3)
    aws.live_most = 0
    with following(weir, aws) as reading:
        reading.has(0, 1, 2)
        reading.says("without Live Tail")
        put(aws, [50])
        reading.has(50, seconds=15)


def test_a_successor_takes_over_before_the_three_hours_are_over(weir, aws):
    fill(aws, 3)
    aws.live_seconds = 4
    with following(weir, aws) as reading:
        for number in range(100, 130):
            put(aws, [number])
            aws.stopping.wait(0.4)
        reading.has(*range(100, 130), seconds=30)
        assert len(live(aws)) >= 2
        assert not twice(reading.numbers)
