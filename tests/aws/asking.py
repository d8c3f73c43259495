"""asking.py - how the tests of the bench ask it: botocore's clients, and requests signed by botocore to be spoilt."""

import datetime
import http.client
import json

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

import shapes

GROUP = "/vpc/flow"


def client(aws, service, key=None, region="us-east-1"):
    session = shapes.session()
    key = key or aws.user
    session.set_credentials(key.access_key, key.secret, key.token)
    once = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, parameter_validation=False)
    return session.create_client(service, region_name=region, endpoint_url=aws.url, config=once)


def refused(call, *arguments, **members):
    with pytest.raises(ClientError) as caught:
        call(*arguments, **members)
    return caught.value.response["Error"]["Code"]


def all_events(logs, **members):
    """(events, pages) of all pages."""
    events, token, pages = [], {}, 0
    while True:
        answer = logs.filter_log_events(logGroupName=GROUP, **members, **token)
        events, pages = events + answer["events"], pages + 1
        if "nextToken" not in answer:
            return events, pages
        token = {"nextToken": answer["nextToken"]}


def signed(aws, body=b"{}", target="/", method="POST", service="logs", key=None, date=None, **headers):
    """A request as botocore signs it: (method, target, headers, body), ready to be spoilt."""
    key = key or aws.user
    kind = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
    signer = kind(Credentials(key.access_key, key.secret, key.token), service, "us-east-1")
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method=method, url=aws.url + target, headers=names, data=body)
    moment = datetime.datetime.utcfromtimestamp(aws.world.now() if date is None else date)
    request.context["timestamp"] = moment.strftime("%Y%m%dT%H%M%SZ")
    signer._modify_request_before_signing(request)
    signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    signer._inject_signature_to_request(request, signature)
    return method, target, dict(request.headers.items()), body


LOGS = {"X_Amz_Target": "Logs_20140328.DescribeLogGroups", "Content_Type": "application/x-amz-json-1.1"}


def send(aws, method, target, headers, body):
    """(status, code, Date header)"""
    connection = http.client.HTTPConnection(aws.url.removeprefix("http://"), timeout=10)
    connection.request(method, target, body, headers)
    answer = connection.getresponse()
    text, date = answer.read().decode(), answer.headers["Date"]
    connection.close()
    code = json.loads(text).get("__type", "") if text.startswith("{") else text.partition("<Code>")[2].partition("<")[0]
    return answer.status, code, date
