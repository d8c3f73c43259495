"""s3.py - S3: ListObjectsV2 and GetObject over buckets of the world.

    bucket = Bucket(world, "flow-logs", region="eu-west-1")
    bucket.put("AWSLogs/123456789012/vpcflowlogs/…", body)          Objects may come with a `ready` time
    key = bucket.put_records(records, "eu-west-1", moment)          gzip with a header line, named as AWS does

An operation returns (status, headers, body).
"""

import base64
import dataclasses
import gzip
import hashlib
import re
import time
from urllib.parse import quote

import shapes
from faults import Failure
from world import ACCOUNT, DEFAULT_FORMAT

MOST_KEYS = 1000


@dataclasses.dataclass
class Object:
    body: bytes
    modified: float
    etag: str


class Bucket:
    def __init__(self, world, name, region="us-east-1"):
        self.world, self.name, self.region, self.objects = world, name, region, {}
        world.buckets[name] = self

    def put(self, key, body, ready=None):
        """An object that is there from `ready` (seconds of the world's clock) on."""
        digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
        self.objects[key] = Object(body, self.world.now() if ready is None else ready, f'"{digest}"')
        return key

    def put_records(self, lines, moment, region=None, fields=DEFAULT_FORMAT, prefix="", hive=False, number=1,
                    ready=None):
        """A file as the service publishes them; returns its key."""
        region, day = region or self.region, time.gmtime(moment)
        if hive:
            place = (f"AWSLogs/aws-account-id={ACCOUNT}/aws-service=vpcflowlogs/aws-region={region}/"
                     + time.strftime("year=%Y/month=%m/day=%d/", day))
        else:
            place = f"AWSLogs/{ACCOUNT}/vpcflowlogs/{region}/" + time.strftime("%Y/%m/%d/", day)
        name = f"{ACCOUNT}_vpcflowlogs_{region}_fl-{1:017x}_{time.strftime('%Y%m%dT%H%MZ', day)}_{number:08x}.log.gz"
        text = "\n".join((fields, *lines)) + "\n"
        return self.put(prefix + place + name, gzip.compress(text.encode(), mtime=0), ready)

    def visible(self):
        now = self.world.now()
        return {key: self.objects[key] for key in sorted(self.objects) if self.objects[key].modified <= now}


def bucket_of(bench, call):
    bucket = bench.world.buckets.get(call.request.bucket)
    if not bucket:
        raise Failure(404, "NoSuchBucket", "The specified bucket does not exist")
    if bucket.region != call.region:
        raise Failure(301, "PermanentRedirect",
                      "The bucket you are attempting to access must be addressed using the specified endpoint.",
                      {"x-amz-bucket-region": bucket.region}, {"Bucket": bucket.name, "Endpoint": f"{bucket.name}.s3."
                                                               f"{bucket.region}.amazonaws.com"})
    return bucket


# ---- ListObjectsV2 ----


def list_objects(bench, call):
    members = call.members
    bucket = bucket_of(bench, call)
    prefix, delimiter = members.get("Prefix", ""), members.get("Delimiter", "")
    most = min(members.get("MaxKeys", MOST_KEYS), bench.page_rows if bench.page_rows < MOST_KEYS else MOST_KEYS)
    after = members.get("StartAfter", "")
    if "ContinuationToken" in members:
        try:
            after = base64.b64decode(members["ContinuationToken"], validate=True).decode()
        except ValueError:
            raise Failure(400, "InvalidArgument", "The continuation token provided is incorrect") from None
    contents, common, last = [], [], None
    for key, stored in bucket.visible().items():
        if not key.startswith(prefix) or key <= after:
            continue
        folder = folder_of(key, prefix, delimiter)
        if folder and (after.startswith(folder) or (common and common[-1] == folder)):
            continue
        if len(contents) + len(common) == most:
            return listing(members, bucket, contents, common, last)
        if folder:
            common.append(folder)
        else:
            contents.append((key, stored))
        last = folder or key
    return listing(members, bucket, contents, common, None)


def folder_of(key, prefix, delimiter):
    rest = key[len(prefix) :]
    return prefix + rest[: rest.index(delimiter) + len(delimiter)] if delimiter and delimiter in rest else None


def listing(members, bucket, contents, common, last):
    coded = (lambda text: quote(text, safe="/-_.~*")) if members.get("EncodingType") == "url" else (lambda text: text)
    answer = {
        "Name": bucket.name,
        "Prefix": coded(members.get("Prefix", "")),
        "MaxKeys": members.get("MaxKeys", MOST_KEYS),
        "KeyCount": len(contents) + len(common),
        "IsTruncated": last is not None,
        "Contents": [{"Key": coded(key), "LastModified": moment(stored.modified), "ETag": stored.etag,
                      "Size": len(stored.body), "StorageClass": "STANDARD"} for key, stored in contents],
        "CommonPrefixes": [{"Prefix": coded(folder)} for folder in common],
    }
    for name in ("Delimiter", "StartAfter"):
        if name in members:
            answer[name] = coded(members[name])
    for name in ("EncodingType", "ContinuationToken"):
        if name in members:
            answer[name] = members[name]
    if last is not None:
        answer["NextContinuationToken"] = base64.b64encode(last.encode()).decode()
    return 200, {"Content-Type": "application/xml"}, shapes.serialise("s3", "ListObjectsV2", answer)


def moment(seconds):
    return shapes.datetime.datetime.fromtimestamp(int(seconds), shapes.datetime.timezone.utc)


# ---- GetObject ----


def get_object(bench, call):
    bucket, members = bucket_of(bench, call), call.members
    stored = bucket.visible().get(members["Key"])
    if not stored:
        raise Failure(404, "NoSuchKey", "The specified key does not exist.", body={"Key": members["Key"]})
    if members.get("IfMatch") and members["IfMatch"].strip('"') != stored.etag.strip('"'):
        raise Failure(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
    headers = {
        "Content-Type": "application/octet-stream",
        "ETag": stored.etag,
        "Last-Modified": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(stored.modified)),
        "Accept-Ranges": "bytes",
    }
    size = len(stored.body)
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", members.get("Range", ""))
    if not found or not any(found.groups()):
        return 200, headers, stored.body
    first, last = found.groups()
    begin, end = (int(first), min(int(last or size - 1), size - 1)) if first else (max(0, size - int(last)), size - 1)
    if begin > end:
        raise Failure(416, "InvalidRange", "The requested range is not satisfiable")
    headers["Content-Range"] = f"bytes {begin}-{end}/{size}"
    return 206, headers, stored.body[begin : end + 1]


def head_object(bench, call):
    return get_object(bench, call)


def get_bucket_location(bench, call):
    region = bench.world.buckets[call.request.bucket].region if call.request.bucket in bench.world.buckets else None
    if region is None:
        raise Failure(404, "NoSuchBucket", "The specified bucket does not exist")
    inner = "" if region == "us-east-1" else region
    text = f'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inner}</LocationConstraint>'
    return 200, {"Content-Type": "application/xml"}, text.encode()


def list_buckets(bench, _call):
    rows = "".join(f"<Bucket><Name>{name}</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket>"
                   for name in sorted(bench.world.buckets))
    text = f"<ListAllMyBucketsResult><Owner><ID>weir</ID></Owner><Buckets>{rows}</Buckets></ListAllMyBucketsResult>"
    return 200, {"Content-Type": "application/xml"}, text.encode()


OPERATIONS = {
    "ListObjectsV2": list_objects,
    "GetObject": get_object,
    "HeadObject": head_object,
    "GetBucketLocation": get_bucket_location,
    "ListBuckets": list_buckets,
}


def operation_of(request, query):
    """Which operation an S3 request is."""
    if request.key:
        return "HeadObject" if request.method == "HEAD" else "GetObject"
    if not request.bucket:
        return "ListBuckets"
    if "location" in query:
        return "GetBucketLocation"
    return "ListObjectsV2" if query.get("list-type") == "2" else "unknown"
