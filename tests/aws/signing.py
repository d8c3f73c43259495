"""signing.py - recomputes the signature of a request that was received, with botocore's own signer.

`check(request, keys, now, tolerance)` returns the Key that signed, and the region and service of the scope; it raises
faults.Failure with what AWS would answer. What AWS lets pass and a client of ours must not do is a complaint, see
`habits`.

The canonical form is made from what was received, as the service does: the query decoded, encoded again and sorted,
the path of S3 encoded once, everything else by botocore.
"""

import calendar
import dataclasses
import hashlib
import hmac
import re
import time
from urllib.parse import parse_qsl, quote, unquote

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from faults import Failure

UNRESERVED = "-_.~"
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/(\d{8})/([^/,]+)/([^/,]+)/aws4_request,"
    r"\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})"
)
ALGORITHM = "AWS4-HMAC-SHA256"
DENIED = {"s3": "AccessDenied"}
WRONG = {"s3": "SignatureDoesNotMatch", "sts": "SignatureDoesNotMatch", "ec2": "SignatureDoesNotMatch"}
UNKNOWN = {"s3": "InvalidAccessKeyId", "sts": "InvalidClientTokenId", "ec2": "AuthFailure"}
EXPIRED = {"s3": "ExpiredToken", "sts": "ExpiredToken", "ec2": "RequestExpired"}
BAD_TOKEN = {"s3": "InvalidToken", "sts": "InvalidClientTokenId", "ec2": "AuthFailure"}
MISSING = {"s3": "AccessDenied", "sts": "MissingAuthenticationToken", "ec2": "MissingParameter"}
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key"
    " and signing method. Consult the service documentation for details."
)


@dataclasses.dataclass
class Key:
    """An access key that the bench knows. expires: seconds of the bench's clock, None = never."""

    access_key: str
    secret: str
    token: str = None
    expires: float = None
    arn: str = "arn:aws:iam::123456789012:user/weir"
    user_id: str = "AIDAEXAMPLE"
    revoked: bool = False


@dataclasses.dataclass
class Signed:
    key: Key
    region: str
    service: str


def parts_of(request):
    """(access key, day, region, service, signed headers, signature) or None if it is not signed."""
    found = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    return found.groups() if found else None


def check(request, keys, now, tolerance):
    parts = parts_of(request)
    if not parts:
        if request.headers.get("Authorization"):
            raise Failure(400, "IncompleteSignatureException", "Authorization is not of the AWS4-HMAC-SHA256 form")
        raise Failure(403, MISSING.get(request.service, "MissingAuthenticationTokenException"),
                      "Missing Authentication Token")
    access_key, day, region, service, names, signature = parts
    key = keys.get(access_key)
    if not key or key.revoked:
        raise Failure(403 if service in UNKNOWN else 400, UNKNOWN.get(service, "UnrecognizedClientException"),
                      "The security token included in the request is invalid.")
    check_headers(request, service, names.split(";"))
    check_payload(request, service)
    date = request.headers.get("X-Amz-Date", "")
    check_date(date, day, service, now, tolerance)
    expected = signature_of(request, key, date, region, service, names.split(";"))
    if not hmac.compare_digest(expected, signature):
        raise Failure(403, WRONG.get(service, "InvalidSignatureException"), MISMATCH)
    check_token(request, key, service, now)
    return Signed(key, region, service)


def check_headers(request, service, names):
    lost = [name for name in names if name not in request.headers and name != "host"]
    if lost or "host" not in names or names != sorted(names):
        raise Failure(403, WRONG.get(service, "InvalidSignatureException"), f"{MISMATCH} (signed headers: {names})")
    unsigned = [name for name in map(str.lower, request.headers) if name.startswith("x-amz-") and name not in names]
    if unsigned:
        raise Failure(403, DENIED.get(service, "AccessDeniedException"),
                      f"There were headers present in the request which were not signed: {', '.join(unsigned)}")


def check_payload(request, service):
    given = request.headers.get("X-Amz-Content-SHA256")
    if service == "s3" and not given:
        raise Failure(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
    if given and given != "UNSIGNED-PAYLOAD" and given != hashlib.sha256(request.body).hexdigest():
        raise Failure(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match")


def check_date(date, day, service, now, tolerance):
    try:
        then = calendar.timegm(time.strptime(date, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise Failure(403, DENIED.get(service, "IncompleteSignatureException"),
                      "AWS authentication requires a valid Date or x-amz-date header") from None
    if day != date[:8]:
        raise Failure(403, WRONG.get(service, "InvalidSignatureException"),
                      f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date: {day}")
    if abs(then - now) > tolerance:
        raise skewed(service, date, then, now)


def skewed(service, date, then, now):
    """What AWS answers when the date of a request is too far away."""
    ours = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    if service == "s3":
        return Failure(403, "RequestTimeTooSkewed",
                       "The difference between the request time and the current time is too large.")
    early = then > now
    if service == "ec2":
        return Failure(400, "RequestInTheFuture" if early else "RequestExpired", f"Request has expired: {date}, {ours}")
    words = f"Signature not yet current: {date} is still later than" if early else (
        f"Signature expired: {date} is now earlier than")
    return Failure(403, WRONG.get(service, "InvalidSignatureException"), f"{words} {ours} ({ours} - 5 min.)")


def check_token(request, key, service, now):
    given = request.headers.get("X-Amz-Security-Token")
    if given != key.token:
        raise Failure(403 if service in BAD_TOKEN else 400, BAD_TOKEN.get(service, "UnrecognizedClientException"),
                      "The security token included in the request is invalid.")
    if key.expires is not None and now >= key.expires:
        raise expired(service)


def expired(service):
    return Failure(400 if service != "sts" else 403, EXPIRED.get(service, "ExpiredTokenException"),
                   "The security token included in the request is expired")


def signature_of(request, key, date, region, service, names):
    kind = S3SigV4Auth if service == "s3" else SigV4Auth
    signer = kind(Credentials(key.access_key, key.secret, key.token), service, region)
    path, _, query = request.target.partition("?")
    if service == "s3":
        path = quote(unquote(path), safe="/" + UNRESERVED)
    pairs = sorted(
        (quote(name, safe=UNRESERVED), quote(value, safe=UNRESERVED))
        for name, value in parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)
    )
    url = f"http://{request.headers['Host']}{path}" + ("?" if pairs else "") + "&".join("=".join(one) for one in pairs)
    headers = {name: ",".join(request.headers.get_all(name)) for name in names if name in request.headers}
    rebuilt = AWSRequest(method=request.method, url=url, headers=headers, data=request.body)
    rebuilt.context["timestamp"] = date
    if "x-amz-content-sha256" not in names:
        rebuilt.headers["X-Amz-Content-SHA256"] = hashlib.sha256(request.body).hexdigest()
        signer.headers_to_sign = lambda _: headers_only(signer, rebuilt, headers)
    canonical = signer.canonical_request(rebuilt)
    return signer.signature(signer.string_to_sign(rebuilt, canonical), rebuilt)


def headers_only(signer, rebuilt, headers):
    """botocore's choice of headers, of those that the client signed."""
    return type(signer).headers_to_sign(signer, AWSRequest(method=rebuilt.method, url=rebuilt.url, headers=headers))


def habits(request, service, names):
    """Complaints about what AWS would accept and we do not want."""
    found = []
    if set(names) & {"user-agent", "expect", "connection", "transfer-encoding", "content-length", "accept-encoding"}:
        found.append(f"signs headers that proxies change: {names}")
    for name in set(map(str.lower, request.headers)):
        if name in ("host", "authorization", "content-type") and len(request.headers.get_all(name)) > 1:
            found.append(f"header {name} comes twice")
    if service != "s3" and "content-type" in request.headers and "content-type" not in names:
        found.append("content-type is not signed")
    return found
