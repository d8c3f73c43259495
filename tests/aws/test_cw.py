"""test_cw.py - cw:GROUP against the bench: every record once, whatever happens on the way, and one clear line when
nothing can be read."""

import json
import subprocess

import pytest

from reading import GROUP, Reading, fill, iso, line, numbers, read, twice
from world import Interfaces


def test_reads_a_group_once_in_pages(weir, aws):
    fill(aws, 95)
    aws.page_events = 10
    output, _ = read(weir, aws, f"cw:{GROUP}")
    assert sorted(numbers(output)) == list(range(95))
    assert numbers(output) == sorted(numbers(output))


def test_since_and_until(weir, aws):
    fill(aws, 100)
    now = int(aws.world.now())
    output, _ = read(weir, aws, f"cw:{GROUP}", "--since", iso(now - 290), "--until", iso(now - 280))
    assert len(numbers(output)) in (9, 10, 11)
    asked = [call.members for call in aws.calls("FilterLogEvents")]
    assert all(one["startTime"] >= (now - 290) * 1000 and one["endTime"] < (now - 280) * 1000 for one in asked)


def test_an_arn_and_a_stream_prefix(weir, aws):
    fill(aws, 30)
    arn = aws.world.groups[(aws.world.region, GROUP)].arn
    output, _ = read(weir, aws, f"cw:{arn}?stream=eni-1")
    assert sorted(numbers(output)) == list(range(1, 30, 3))


@pytest.mark.parametrize("fault", ["throttle", "error", "reset", "fin", "garbage", "expired_token", "empty_page"])
def test_faults_on_the_way_lose_nothing(weir, aws, fault):
    fill(aws, 60)
    aws.page_events = 10
    aws.faults.add(fault, operation="FilterLogEvents", nth=(2, 5), at=700)
    output, _ = read(weir, aws, f"cw:{GROUP}")
    assert sorted(numbers(output)) == list(range(60))


def test_one_poisonous_record_hides_no_other(weir, aws):
    fill(aws, 20)
    now = aws.world.now_ms()
    aws.world.put(GROUP, "eni-1-all", "\x00\x1b[2J " + "9" * 400, now - 200_000)
    aws.world.put(GROUP, "eni-1-all", "{\"a\": [", now - 200_000)
    output, _ = read(weir, aws, f"cw:{GROUP}")
    assert sorted(numbers(output)) == list(range(20))


def test_the_flow_logs_format_is_the_layout(weir, aws):
    fields = "bytes srcaddr start action"
    aws.world.flow_log(log_group=GROUP, format=fields)
    aws.world.group(GROUP, flow_log=False)
    now = int(aws.world.now())
    aws.world.put(GROUP, "eni-1-all", f"77 192.0.2.1 {now - 100} REJECT", (now - 100) * 1000)
    done = subprocess.run([weir, "print", "-o", "jsonl", f"cw:{GROUP}"], env=aws.env(aws.home), capture_output=True,
                          text=True, timeout=60)
    record = json.loads(done.stdout)
    assert (record["bytes"], record["srcaddr"], record["action"]) == (77, "192.0.2.1", "REJECT")


def test_follows_late_and_early_records(weir, aws):
    model = Interfaces(count=5, rate=20, aggregation=5, delay=3, deviation=2, history=60, late=0.1, late_by=(5, 10))
    group = aws.world.group(GROUP, model)
    aws.faults.add("throttle", operation="FilterLogEvents", probability=0.1)
    aws.faults.add("reset", operation="FilterLogEvents", probability=0.1, at=700)
    since = int(aws.world.now()) - 60
    with Reading(weir, aws, "-F", f"cw:{GROUP}", "--interval", "1s", "--since", iso(since)) as reading:
        reading.wait(lambda self: len(self.lines) > 1700, seconds=90)
        arrived = {event.number for event in group.arrived(0, aws.world.now_ms()) if event.timestamp >= since * 1000}
        reading.wait(lambda self: arrived <= set(self.numbers), seconds=60)
        assert not twice(reading.numbers)
        assert set(reading.numbers) <= set(group.by_number)


def test_follows_a_new_record_within_seconds(weir, aws):
    fill(aws, 5)
    with Reading(weir, aws, "-F", f"cw:{GROUP}", "--interval", "1s") as reading:
        reading.has(*range(5))
        aws.world.put(GROUP, "eni-9-all", line(100, aws.world.now() - 400), aws.world.now_ms() - 400_000)
        reading.has(100, seconds=10)
        assert reading.quit() < 1


def test_credentials_that_end_come_back(weir, aws):
    fill(aws, 5)
    with Reading(weir, aws, "-F", f"cw:{GROUP}", "--interval", "1s") as reading:
        reading.has(*range(5))
        rule = aws.faults.add("expired_credentials", operation="FilterLogEvents")
        reading.says("expired")
        rule.times = 0
        aws.world.put(GROUP, "eni-9-all", line(100, aws.world.now() - 60), aws.world.now_ms() - 60_000)
        reading.has(100, seconds=30)
        assert not twice(reading.numbers)


FAILURES = [
    ("access_denied", {}, "logs:FilterLogEvents"),
    ("expired_credentials", {}, "expired"),
]


@pytest.mark.parametrize("action,more,words", FAILURES)
def test_what_fails_at_the_start_is_one_clear_line(weir, aws, action, more, words):
    fill(aws, 5)
    aws.faults.add(action, operation="FilterLogEvents", **more)
    _, errors = read(weir, aws, f"cw:{GROUP}", status=1)
    lines = [text for text in errors.splitlines() if words in text]
    assert len(lines) == 1, errors


def test_an_unknown_group_is_named_with_its_neighbours(weir, aws):
    fill(aws, 5)
    _, errors = read(weir, aws, "cw:/vpc/flwo", status=1)
    assert "/vpc/flwo" in errors and "/vpc/flow" in errors


def test_a_hung_server_is_told_and_left_at_once(weir, aws):
    fill(aws, 5)
    aws.faults.add("hang", at=0)
    with Reading(weir, aws, "-F", f"cw:{GROUP}") as reading:
        assert reading.says("does not answer", seconds=10) < 5
        assert reading.quit() < 0.5
