"""sts.py - who asks, and other people's keys: STS, and the two places on a machine where keys can be had, the
instance's metadata (IMDSv2) and the endpoint of containers. Keys that are given out live on the world's clock.
"""

import datetime
import itertools
import json
import threading

from faults import Failure
from signing import Key
from world import ACCOUNT

INSTANCE_ROLE = "weir-instance"
IMDS_TOKEN = "AQAEAexampleimdstoken=="
CONTAINER_PATH = "/v2/credentials/weir-container"
CONTAINER_AUTHORIZATION = "container-authorization-example"
numbers, numbers_lock = itertools.count(1), threading.Lock()


def new_key(bench, arn, seconds, user_id="AROAEXAMPLE:weir"):
    """A key with a session token that ends after that many seconds; the bench then knows it."""
    with numbers_lock:
        number = next(numbers)
    key = Key(f"ASIAEXAMPLE{number:05d}", f"secret/of+session{number:05d}CANARY",
              f"token+of/session{number:05d}==CANARY", bench.world.now() + seconds, arn, user_id)
    bench.keys[key.access_key] = key
    return key


def moment(seconds):
    return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)


def get_caller_identity(_bench, call):
    return {"UserId": call.key.user_id, "Account": ACCOUNT, "Arn": call.key.arn}


def assume_role(bench, call):
    role, name = call.members.get("RoleArn", ""), call.members.get("RoleSessionName", "weir")
    allowed = bench.roles.get(role)
    if allowed is None:
        raise Failure(403, "AccessDenied", f"User: {call.arn} is not authorized to perform: sts:{call.operation} on "
                                           f"resource: {role}")
    if "external_id" in allowed and call.members.get("ExternalId") != allowed["external_id"]:
        raise Failure(403, "AccessDenied", "the external id is not the one of the role")
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rpartition('/')[2]}/{name}"
    seconds = allowed.get("seconds") or call.members.get("DurationSeconds", 3600)
    key = new_key(bench, arn, seconds, f"AROAEXAMPLE:{name}")
    credentials = {"AccessKeyId": key.access_key, "SecretAccessKey": key.secret, "SessionToken": key.token,
                   "Expiration": moment(key.expires)}
    return {"Credentials": credentials, "AssumedRoleUser": {"AssumedRoleId": key.user_id, "Arn": arn}}


def assume_role_with_web_identity(bench, call):
    if call.members.get("WebIdentityToken") != bench.web_identity_token:
        raise Failure(400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT.")
    return {**assume_role(bench, call), "SubjectFromWebIdentityToken": "system:serviceaccount:default:weir"}


OPERATIONS = {
    "GetCallerIdentity": get_caller_identity,
    "AssumeRole": assume_role,
    "AssumeRoleWithWebIdentity": assume_role_with_web_identity,
}
UNSIGNED = {"AssumeRoleWithWebIdentity"}


# ---- keys of a machine ----


def machine_document(bench, key):
    return {"AccessKeyId": key.access_key, "SecretAccessKey": key.secret, "Token": key.token,
            "Expiration": moment(key.expires).strftime("%Y-%m-%dT%H:%M:%SZ")}


def instance(bench, request):
    """(operation, status, text) of the instance's metadata."""
    path = request.target.removeprefix("/latest/")
    if path == "api/token":
        if request.method != "PUT" or not request.headers.get("x-aws-ec2-metadata-token-ttl-seconds", "").isdigit():
            return "ImdsToken", 400, "Bad Request"
        return "ImdsToken", 200, IMDS_TOKEN
    if request.headers.get("x-aws-ec2-metadata-token") != IMDS_TOKEN:
        return "Imds", 401, "Unauthorized"
    if path == "meta-data/iam/security-credentials/":
        return "ImdsRole", 200, INSTANCE_ROLE
    if path == f"meta-data/iam/security-credentials/{INSTANCE_ROLE}":
        key = new_key(bench, f"arn:aws:sts::{ACCOUNT}:assumed-role/{INSTANCE_ROLE}/i-0123456789abcdef0",
                      bench.machine_seconds)
        document = {"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": moment(bench.world.now()).isoformat(),
                    **machine_document(bench, key)}
        return "ImdsCredentials", 200, json.dumps(document)
    if path == "meta-data/placement/region":
        return "ImdsRegion", 200, bench.world.region
    if path == "meta-data/placement/availability-zone/":
        return "ImdsZone", 200, bench.world.region + "a"
    return "Imds", 404, "Not Found"


def container(bench, request):
    """(operation, status, text) of the containers' endpoint."""
    if request.headers.get("Authorization") != CONTAINER_AUTHORIZATION:
        return "ContainerCredentials", 401, json.dumps({"code": "Unauthorized", "message": "no such token"})
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/weir-container/task"
    key = new_key(bench, arn, bench.machine_seconds)
    return "ContainerCredentials", 200, json.dumps({**machine_document(bench, key), "RoleArn": arn})
