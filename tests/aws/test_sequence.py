"""test_sequence.py - the oracle sees what a program does wrong: here a program that does it on purpose."""

import sys

import pytest

import sequence
from world import Interfaces

# A follower on botocore that reads everything each half second; what it does with line number n comes from outside.
PROGRAM = r"""#!{python} -B
import json, os, sys, time
sys.path.insert(0, {folder!r})
from asking import shapes
session = shapes.session()
logs = session.create_client("logs", region_name="us-east-1", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
seen, gaps, number = set(), [], 0
try:
    while True:
        token = {{}}
        while True:
            page = logs.filter_log_events(logGroupName="/vpc/flow", startTime=int((time.time() - 60) * 1000), **token)
            for event in page["events"]:
                if event["eventId"] in seen:
                    continue
                seen.add(event["eventId"])
                number += 1
                line, stamp = event["message"], event["timestamp"]
                {spoil}
                print(line, flush=True)
            if "nextToken" not in page:
                break
            token = {{"nextToken": page["nextToken"]}}
        if "-F" not in sys.argv:
            break
        time.sleep(0.5)
except KeyboardInterrupt:
    pass
print(json.dumps({{"records": number, "ledger": gaps}}), file=sys.stderr)
"""


@pytest.fixture
def program(tmp_path):
    def make(spoil="pass"):
        path = tmp_path / "program"
        folder = sequence.__file__.rpartition("/")[0]
        path.write_text(PROGRAM.format(python=sys.executable, folder=folder, spoil=spoil), encoding="utf-8")
        path.chmod(0o700)
        return path

    return make


def world(aws, **more):
    return aws.world.group("/vpc/flow", Interfaces(count=10, rate=20, delay=5, deviation=2, aggregation=20, **more))


def test_nothing_is_wrong(aws, program):
    world(aws, twins=0.05)
    outcome = sequence.follow(program(), aws, seconds=4, since="1m").check()
    assert outcome.arrived > 300 and outcome.lost == [] and outcome.requests > 2
    assert outcome.stats["records"] == outcome.shown >= outcome.arrived and outcome.status == 0


def test_reading_once(aws, program):
    world(aws)
    outcome = sequence.read(program(), aws, since="1m").check()
    assert outcome.arrived > 300 and outcome.lost == []


SPOILS = {
    "lost": ("if number == 300: continue", "1 undeclared"),
    "doubled": ("if number == 300: print(line)", "1 duplicated"),
    "changed": ('if number == 300: line = line.replace(" OK", " KO")', "1 corrupt"),
    "named elsewhere": ('if number == 300: gaps.append({"from": stamp + 1, "to": stamp + 5000}); continue',
                        "1 undeclared"),
}


@pytest.mark.parametrize("name", SPOILS)
def test_what_is_wrong_is_seen(aws, program, name):
    spoil, words = SPOILS[name]
    world(aws)
    with pytest.raises(AssertionError, match=words):
        sequence.read(program(spoil), aws, since="1m").check()


def test_what_the_ledger_names_is_allowed(aws, program):
    world(aws)
    spoil = 'if number == 300: gaps.append({"from": stamp, "to": stamp, "reason": "x", "source": "cw:"}); continue'
    outcome = sequence.read(program(spoil), aws, since="1m").check()
    assert len(outcome.lost) == 1 and outcome.undeclared == []


def test_moments():
    assert sequence.moment_ms(1_790_000_000) == sequence.moment_ms(1_790_000_000_000) == 1_790_000_000_000
    assert sequence.moment_ms("2026-09-21T14:13:20Z") == sequence.moment_ms("2026-09-21T14:13:20.000+00:00")
