"""Our signatures against botocore's, over requests that are drawn anew with every seed: what reaches AWS in practice,
and what trips signers (order of a query, repeated headers, inner spaces, ports, tokens, keys with any character)."""

import datetime
import os
import random
import subprocess
from urllib.parse import quote

import pytest

auth = pytest.importorskip("botocore.auth")
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402

COUNT = 2000
AWKWARD = [*"=+:* /%&?#~!'()@$,;", "  ", "%2B"]
AWKWARD += ["é", "\u2028", "日本", "\U0001f600", "\\", '"', "<", "|", "^", "`", "{", "}", "[", "]"]
HOSTS = ["127.0.0.1:4566", "[::1]:8443", "logs.eu-west-1.amazonaws.com", "b.s3.cn-north-1.amazonaws.com.cn"]
NAMES = ["max", "max-keys", "maxa", "prefix", "list-type", "a", "A", "aa", "a-b", "a.b", "start-after", "location"]
HEADERS = ["Content-Type", "X-Amz-Target", "x-amz-meta-a", "x-amz-meta-a-b", "Range", "If-Match", "x-id", "X-ID"]


def field(text):
    """As signcase.h reads it."""
    data = text if isinstance(text, bytes) else text.encode()
    return "".join(chr(b) if 0x20 <= b < 0x7F and b != 0x5C else f"\\x{b:02x}" for b in data)


def word(draw, most=8, awkward=tuple(AWKWARD)):
    pieces = [draw.choice(awkward) if draw.random() < 0.4 else draw.choice("abcXYZ019-._") for _ in range(most)]
    return "".join(pieces[: draw.randint(0, most)])


def header_value(draw):
    """Python takes U+2028 for white space, HTTP does not."""
    inner = "".join(draw.choice(["a", " ", "  ", "\t", " b  c"]) for _ in range(draw.randint(0, 4)))
    return inner + word(draw, 12, [text for text in AWKWARD if text != "\u2028"]) + draw.choice(["", " ", "  x"])


def path_of(draw, is_s3):
    if draw.random() < 0.3:
        return "/"
    pieces = [word(draw) if draw.random() < 0.8 else draw.choice(["", ".", "..", "..."]) for _ in range(3)]
    return "/" + "/".join(pieces) + draw.choice(["", "/"])


def draw_request(draw):
    is_s3 = draw.random() < 0.5
    headers = [(draw.choice(HEADERS), header_value(draw)) for _ in range(draw.randint(0, 5))]
    return {
        "method": draw.choice(["GET", "POST", "PUT"]),
        "host": draw.choice(HOSTS),
        "path": path_of(draw, is_s3),
        "query": [(draw.choice(NAMES), word(draw)) for _ in range(draw.choice([0, 0, 1, 3, 8]))],
        "headers": headers,
        "body": word(draw, 40) if draw.random() < 0.7 else "",
        "region": draw.choice(["us-east-1", "eu-west-1", "cn-north-1"]),
        "service": "s3" if is_s3 else draw.choice(["logs", "ec2", "sts"]),
        "is_s3": is_s3,
        "access": "AKIDEXAMPLE",
        "secret": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"[: draw.randint(1, 40)],
        "token": draw.choice([None, "FwoGZXIvYXdzEBYaDExample//token+with/slashes==", "t" * draw.randint(1, 4000)]),
        "time": draw.randint(0, 4102444800),
    }


def lines_of(request):
    """The request for signline."""
    lines = [f"{name}\t{field(request[name])}" for name in ("method", "host", "path", "region", "service")]
    lines += [f"query\t{field(name)}\t{field(value)}" for name, value in request["query"]]
    lines += [f"header\t{field(name)}\t{field(value)}" for name, value in request["headers"]]
    lines += ["s3"] if request["is_s3"] else []
    lines += [f"body\t{field(request['body'])}", f"access\t{request['access']}", f"secret\t{request['secret']}"]
    lines += [f"token\t{request['token']}"] if request["token"] else []
    return "\n".join([*lines, f"time\t{request['time']}", "", ""])


def sign_with_botocore(request):
    """(authorization, date, content hash or "") of the request as it would be on the wire."""
    url = "https://" + request["host"] + quote(request["path"], safe="/-_.~")
    if request["query"]:
        pairs = [(quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in request["query"]]
        # without '=' where there is no value, as people write "?location"
        url += "?" + "&".join(f"{name}={value}" if value else name for name, value in pairs)
    wire = AWSRequest(method=request["method"], url=url, data=request["body"].encode())
    for name, value in request["headers"]:
        wire.headers.add_header(name, value)
    credentials = Credentials(request["access"], request["secret"], request["token"])
    signer = auth.S3SigV4Auth if request["is_s3"] else auth.SigV4Auth
    signer = signer(credentials, request["service"], request["region"])
    moment = datetime.datetime.fromtimestamp(request["time"], datetime.timezone.utc)
    wire.context["timestamp"] = moment.strftime("%Y%m%dT%H%M%SZ")
    signer._modify_request_before_signing(wire)
    canonical = signer.canonical_request(wire)
    signer._inject_signature_to_request(wire, signer.signature(signer.string_to_sign(wire, canonical), wire))
    parts = (wire.headers["Authorization"], wire.context["timestamp"], wire.headers.get("X-Amz-Content-SHA256", ""))
    return parts, canonical


def test_signatures_are_botocores(signline):
    draw = random.Random(int(os.environ.get("WEIR_SEED", "20260901")))
    requests = [draw_request(draw) for _ in range(COUNT)]
    text = "".join(map(lines_of, requests))
    done = subprocess.run([signline, "--trace"], input=text.encode(), capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answers = done.stdout.decode().split("\n")
    assert len(answers) == COUNT + 1
    for request, answer in zip(requests, answers):
        expected, canonical = sign_with_botocore(request)
        *found, trace = answer.split("\t")
        assert trace == canonical.replace("\n", "\\n"), request
        assert tuple(found) == expected, request


def test_a_wrong_signature_would_be_seen(signline):
    """The comparison can fail: another secret gives another signature."""
    request = draw_request(random.Random(1))
    other = {**request, "secret": request["secret"] + "x"}
    done = subprocess.run([signline], input=lines_of(other).encode(), capture_output=True, timeout=20, check=True)
    assert done.stdout.decode().rstrip("\n").split("\t")[0] != sign_with_botocore(request)[0][0]
