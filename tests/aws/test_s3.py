"""test_s3.py - s3://BUCKET/PREFIX: every object once and whole, in the usual layouts, and new ones as they come."""

import time

import pytest

from reading import Reading, iso, line, numbers, read, twice
from s3 import Bucket

BUCKET = "flow-logs"


def records(first, count, moment):
    return [line(number, moment - 60) for number in range(first, first + count)]


def put(bucket, first, count, moment, **options):
    return bucket.put_records(records(first, count, moment), moment, number=first, **options)


@pytest.mark.parametrize("hive", [False, True])
@pytest.mark.parametrize("prefix,given", [("", ""), ("prod/", "prod"), ("prod/", "prod/"), ("a b/", "a%20b/AWSLogs/")])
def test_finds_the_objects_of_the_time(weir, aws, hive, prefix, given):
    bucket, now = Bucket(aws.world, BUCKET), aws.world.now()
    for part in range(6):
        put(bucket, part * 10, 10, now - part * 300, hive=hive, prefix=prefix)
    put(bucket, 900, 10, now - 5 * 86400, hive=hive, prefix=prefix)
    bucket.put(prefix + "AWSLogs/123456789012/CloudTrail/us-east-1/2026/01/01/x.json.gz", b"no")
    output, _ = read(weir, aws, f"s3://{BUCKET}/{given}", "--since", "1h")
    assert sorted(numbers(output)) == list(range(60))
    got = {call.request.key for call in aws.calls("GetObject")}
    assert len(got) == 6 and not any("CloudTrail" in key for key in got)


def test_many_days_in_order(weir, aws):
    bucket, now = Bucket(aws.world, BUCKET), aws.world.now()
    for part in range(8):
        put(bucket, part * 10, 10, now - (8 - part) * 40000)
    output, _ = read(weir, aws, f"s3://{BUCKET}/", "--since", "5d")
    assert numbers(output) == list(range(80))


def test_new_objects_come_and_late_ones_too(weir, aws):
    bucket, now = Bucket(aws.world, BUCKET), aws.world.now()
    put(bucket, 0, 10, now - 600)
    with Reading(weir, aws, "-F", f"s3://{BUCKET}/", "--interval", "1s") as reading:
        reading.has(*range(10))
        put(bucket, 100, 10, now - 300)
        reading.has(*range(100, 110))
        put(bucket, 50, 10, now - 1200)  # its key sorts before those that were read
        reading.has(*range(50, 60))
        assert not twice(reading.numbers)
        assert reading.quit() < 0.5


def test_a_replaced_object_is_read_again_and_told(weir, aws):
    bucket, now = Bucket(aws.world, BUCKET), aws.world.now()
    key = put(bucket, 0, 10, now - 600)
    with Reading(weir, aws, "-F", f"s3://{BUCKET}/", "--interval", "1s") as reading:
        reading.has(*range(10))
        assert put(bucket, 0, 15, now - 600) == key
        reading.has(*range(15))
        reading.says("replaced")


@pytest.mark.parametrize("fault", ["reset", "fin"])
def test_a_broken_transfer_goes_on_where_it_was(weir, aws, fault):
    bucket, now = Bucket(aws.world, BUCKET), aws.world.now()
    bucket.put_records([line(number, now - number % 300) + f" {hash((number, 7)) % 10**18}" for number in range(20000)],
                       now - 600)
    size = len(next(iter(bucket.objects.values())).body)
    aws.faults.add(fault, operation="GetObject", nth=(1, 2, 3), at=size // 4)
    output, _ = read(weir, aws, f"s3://{BUCKET}/")
    assert sorted(numbers(output)) == list(range(20000))
    ranges = [call.request.headers.get("Range") for call in aws.calls("GetObject")]
    assert ranges[0] is None and all(ranges[1:]) and len(ranges) == 4
    assert all(call.request.headers.get("If-Match") for call in aws.calls("GetObject"))


def test_parquet_is_named_with_the_way_out(weir, aws):
    bucket, now = Bucket(aws.world, BUCKET), aws.world.now()
    key = put(bucket, 0, 5, now - 600)
    for part in range(3):
        bucket.put(key.replace(".log.gz", f"{part}.log.parquet"), b"PAR1")
    with Reading(weir, aws, "-F", f"s3://{BUCKET}/", "--interval", "1s") as reading:
        reading.has(*range(5))
        reading.says("3 Parquet objects")
        assert any("Athena" in text for text in reading.errors)
    assert len(aws.calls("GetObject")) == 1


def test_a_bucket_elsewhere_is_followed(weir, aws):
    bucket, now = Bucket(aws.world, BUCKET, region="eu-west-1"), aws.world.now()
    put(bucket, 0, 10, now - 600)
    output, _ = read(weir, aws, f"s3://{BUCKET}/")
    assert sorted(numbers(output)) == list(range(10))


@pytest.mark.parametrize("action,words", [("access_denied", "s3:ListBucket"), ("not_found", BUCKET)])
def test_what_fails_at_the_start_is_one_clear_line(weir, aws, action, words):
    Bucket(aws.world, BUCKET)
    aws.faults.add(action, operation="ListObjectsV2")
    _, errors = read(weir, aws, f"s3://{BUCKET}/", status=1)
    assert len([text for text in errors.splitlines() if words in text]) == 1, errors


def test_a_place_without_flow_logs(weir, aws):
    Bucket(aws.world, BUCKET).put("readme.txt", b"hello")
    _, errors = read(weir, aws, f"s3://{BUCKET}/", status=1)
    assert "no flow logs" in errors


def test_objects_of_the_time_alone_are_fetched(weir, aws):
    bucket = Bucket(aws.world, BUCKET)
    midnight = int(aws.world.now()) // 86400 * 86400
    for hour in range(0, 24, 2):
        put(bucket, hour * 10, 10, midnight - 86400 + hour * 3600)
    output, _ = read(weir, aws, f"s3://{BUCKET}/", "--since", iso(midnight - 86400 + 10 * 3600), "--until",
                     iso(midnight - 86400 + 12 * 3600 + 1))
    assert sorted(numbers(output)) == list(range(120, 130))
    assert len(aws.calls("GetObject")) <= 3


def test_nothing_is_asked_between_two_looks(weir, aws):
    bucket, now = Bucket(aws.world, BUCKET), aws.world.now()
    put(bucket, 0, 10, now - 600)
    with Reading(weir, aws, "-F", f"s3://{BUCKET}/") as reading:
        reading.has(*range(10))
        asked = len(aws.requests)
        time.sleep(1.5)
        assert len(aws.requests) <= asked + 1
