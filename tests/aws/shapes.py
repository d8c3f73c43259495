"""shapes.py - requests and answers in the shapes of botocore's service models.

    service = model("logs")
    call = parse(service, "FilterLogEvents", request)     -> the members as Python values, and what is wrong with them
    body = serialise(service, "FilterLogEvents", answer)  -> bytes; Misshapen when the answer is not what AWS would say

Debian 12's botocore 1.29.27 is from December 2022. NEWER below is what weir needs and that lacks: StartLiveTail with
its event stream, and a group's ARN in the place of its name. It is put into the model, so that a botocore client made
with `session()` can call it, too.
"""

import base64
import datetime
import functools
import json
import re
import xml.etree.ElementTree as ET
from urllib.parse import parse_qsl, unquote

import botocore.session
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

SERVICES = ("logs", "ec2", "sts", "s3", "cloudtrail")
S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
SAMPLE = 20  # elements of a longer list that are looked at, from either end: they come from one line of code


class Misshapen(Exception):
    """The bench itself is wrong: an answer does not fit the model."""


# ---- what the old models lack ----


def structure(required=(), **members):
    return {"type": "structure", "required": list(required), "members": {k: {"shape": v} for k, v in members.items()}}


def strings(least, most, element="BenchText"):
    return {"type": "list", "member": {"shape": element}, "min": least, "max": most}


LOGS_SHAPES = {
    "BenchText": {"type": "string", "min": 1, "max": 2048},
    "BenchAnyText": {"type": "string"},
    "BenchBoolean": {"type": "boolean"},
    "BenchMillis": {"type": "long", "min": 0},
    "LiveTailPattern": {"type": "string", "min": 0, "max": 1024},
    "LiveTailGroup": {"type": "string", "min": 1, "max": 2048, "pattern": r"[\w#+=/:,.@-]*"},
    "LiveTailGroups": strings(1, 10, "LiveTailGroup"),
    "LiveTailStreams": strings(1, 100),
    "StartLiveTailRequest": structure(
        ("logGroupIdentifiers",),
        logGroupIdentifiers="LiveTailGroups",
        logStreamNames="LiveTailStreams",
        logStreamNamePrefixes="LiveTailStreams",
        logEventFilterPattern="LiveTailPattern",
    ),
    "LiveTailSessionStart": structure(
        requestId="BenchText",
        sessionId="BenchText",
        logGroupIdentifiers="LiveTailGroups",
        logStreamNames="LiveTailStreams",
        logStreamNamePrefixes="LiveTailStreams",
        logEventFilterPattern="LiveTailPattern",
    )
    | {"event": True},
    "LiveTailSessionMetadata": structure(sampled="BenchBoolean"),
    "LiveTailSessionLogEvent": structure(
        logStreamName="BenchText",
        logGroupIdentifier="BenchText",
        message="BenchAnyText",
        timestamp="BenchMillis",
        ingestionTime="BenchMillis",
    ),
    "LiveTailSessionResults": {"type": "list", "member": {"shape": "LiveTailSessionLogEvent"}},
    "LiveTailSessionUpdate": structure(
        sessionMetadata="LiveTailSessionMetadata", sessionResults="LiveTailSessionResults"
    )
    | {"event": True},
    "SessionTimeoutException": structure(message="BenchAnyText") | {"exception": True},
    "SessionStreamingException": structure(message="BenchAnyText") | {"exception": True},
    "StartLiveTailResponseStream": structure(
        sessionStart="LiveTailSessionStart",
        sessionUpdate="LiveTailSessionUpdate",
        SessionTimeoutException="SessionTimeoutException",
        SessionStreamingException="SessionStreamingException",
    )
    | {"eventstream": True},
    "StartLiveTailResponse": structure(responseStream="StartLiveTailResponseStream"),
}


def newer_logs(description):
    """Adds to the description of CloudWatch Logs what came after December 2022."""
    shapes = description["shapes"]
    shapes.update(LOGS_SHAPES)
    for name in ("FilterLogEventsRequest", "DescribeLogStreamsRequest", "GetLogEventsRequest"):
        shapes[name]["required"] = [one for one in shapes[name].get("required", ()) if one != "logGroupName"]
    shapes["LogGroup"]["members"].update(logGroupArn={"shape": "BenchText"}, logGroupClass={"shape": "BenchText"})
    shapes["DescribeLogGroupsRequest"]["members"].update(
        logGroupClass={"shape": "BenchText"}, logGroupIdentifiers={"shape": "LiveTailStreams"}
    )
    description["operations"]["StartLiveTail"] = {
        "name": "StartLiveTail",
        "http": {"method": "POST", "requestUri": "/"},
        "input": {"shape": "StartLiveTailRequest"},
        "output": {"shape": "StartLiveTailResponse"},
        "errors": [],
    }
    return description


EC2_NEWER = {
    "VpcBlockPublicAccessOptions": ("AwsAccountId", "AwsRegion", "State", "InternetGatewayBlockMode"),
    "VpcBlockPublicAccessExclusion": ("ExclusionId", "InternetGatewayExclusionMode", "ResourceArn", "State"),
    "VpcEncryptionControl": ("VpcEncryptionControlId", "VpcId", "Mode", "State"),
}
EC2_NEWER_OPERATIONS = {  # answer's member, its name on the wire, shape, whether it is a list in pages
    "DescribeVpcBlockPublicAccessOptions": (
        "VpcBlockPublicAccessOptions",
        "vpcBlockPublicAccessOptions",
        "VpcBlockPublicAccessOptions",
        False,
    ),
    "DescribeVpcBlockPublicAccessExclusions": (
        "VpcBlockPublicAccessExclusions",
        "vpcBlockPublicAccessExclusionSet",
        "VpcBlockPublicAccessExclusion",
        True,
    ),
    "DescribeVpcEncryptionControls": ("VpcEncryptionControls", "vpcEncryptionControlSet", "VpcEncryptionControl", True),
}


def wired(name, shape="String", wire=None):
    return {name: {"shape": shape, "locationName": wire or name[0].lower() + name[1:]}}


def newer_ec2(description):
    """Adds to the description of EC2 what came after December 2022, and what EC2 says against it."""
    shapes, operations = description["shapes"], description["operations"]
    timeouts = {}
    for name in ("TcpEstablishedTimeout", "UdpStreamTimeout", "UdpTimeout"):
        timeouts.update(wired(name, "Integer"))
    shapes["ConnectionTrackingConfiguration"] = {"type": "structure", "members": timeouts}
    shapes["NetworkInterface"]["members"].update(
        wired("ConnectionTrackingConfiguration", "ConnectionTrackingConfiguration")
    )
    shapes["NatGatewayAddress"]["members"].update(wired("IsPrimary", "Boolean"))
    shapes["NetworkInterfaceType"]["enum"] += ["nat_gateway"]
    shapes["AttachmentStatus"]["enum"] += ["available"]  # of an internet gateway
    shapes["State"]["enum"] += [one[0].lower() + one[1:] for one in shapes["State"]["enum"]]  # of an endpoint
    for name, members in EC2_NEWER.items():
        shapes[name] = {"type": "structure", "members": {}}
        for member in members:
            shapes[name]["members"].update(wired(member))
    for name, (member, wire, shape, in_pages) in EC2_NEWER_OPERATIONS.items():
        listed = f"{shape}List"
        shapes[listed] = {"type": "list", "member": {"shape": shape, "locationName": "item"}}
        asked = {"DryRun": {"shape": "Boolean"}}
        answer = wired(member, listed if in_pages else shape, wire)
        if in_pages:
            asked.update(MaxResults={"shape": "Integer"}, NextToken={"shape": "String"})
            answer.update(wired("NextToken"))
        shapes[f"{name}Request"] = {"type": "structure", "members": asked}
        shapes[f"{name}Result"] = {"type": "structure", "members": answer}
        operations[name] = {
            "name": name,
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": f"{name}Request"},
            "output": {"shape": f"{name}Result"},
        }
    return description


NEWER = {"logs": newer_logs, "ec2": newer_ec2}


@functools.lru_cache(None)
def model(service):
    description = Loader().load_service_model(service, "service-2")
    return ServiceModel(NEWER.get(service, lambda same: same)(description), service)


def session():
    """A botocore session that knows what the bench knows."""
    made = botocore.session.Session()
    loader = made.get_component("data_loader")
    load = loader.load_service_model

    def load_newer(service_name, type_name, api_version=None):
        if service_name in NEWER and type_name == "service-2":
            return NEWER[service_name](load(service_name, type_name, api_version))
        return load(service_name, type_name, api_version)

    loader.load_service_model = load_newer
    return made


# ---- what does not fit ----

TYPES = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "structure": dict,
    "list": list,
    "map": dict,
    "timestamp": (str, int, float, datetime.datetime),
    "blob": (bytes, str),
}


def complaints(shape, value, path=""):
    """Lines about all that does not fit: unknown and missing members, types, ranges, patterns, enumerations."""
    where = path or shape.name
    if not isinstance(value, TYPES.get(shape.type_name, object)):
        return [f"{where}: {value!r:.60} is not a {shape.type_name}"]
    if shape.type_name in ("integer", "long") and isinstance(value, bool):
        return [f"{where}: a boolean is not a number"]
    found = range_complaints(shape, value, where)
    if shape.type_name == "structure":
        found += [f"{path}.{name}: is required" for name in shape.required_members if name not in value]
        found += [f"{path}.{name}: is not in the model" for name in value if name not in shape.members]
        for name in value:
            if name in shape.members:
                found += complaints(shape.members[name], value[name], f"{path}.{name}")
    elif shape.type_name == "list":
        few = value if len(value) <= 2 * SAMPLE else value[:SAMPLE] + value[-SAMPLE:]
        for number, element in enumerate(few):
            found += complaints(shape.member, element, f"{path}[{number}]")
    return found


def range_complaints(shape, value, where):
    rules, size = shape.metadata, None
    if shape.type_name in ("integer", "long"):
        size = value
    elif shape.type_name in ("string", "list", "blob"):
        size = len(value)
    found = []
    if size is not None and not rules.get("min", size) <= size <= rules.get("max", size):
        found.append(f"{where}: {size} is outside {rules.get('min')} to {rules.get('max')}")
    if rules.get("enum") and value not in rules["enum"]:
        found.append(f"{where}: {value!r:.60} is none of {', '.join(rules['enum'][:20])}")
    if "pattern" in rules and isinstance(value, str) and shape.type_name == "string" and "\\u1" not in rules["pattern"]:
        if not re.fullmatch(rules["pattern"], value):
            found.append(f"{where}: {value!r:.60} does not match {rules['pattern']}")
    return found


# ---- requests ----


def parse(service, operation, request):
    """(members, complaints) of a request that has .target, .headers, .body, and .bucket and .key for S3."""
    shape = model(service).operation_model(operation).input_shape
    reader = {"json": parse_json, "ec2": parse_form, "query": parse_form, "rest-xml": parse_rest}
    members, found = reader[model(service).metadata["protocol"]](service, shape, request)
    return members, found + (complaints(shape, members) if shape else [])


def parse_json(_service, _shape, request):
    try:
        members = json.loads(request.body or b"{}")
    except ValueError as error:
        return {}, [f"the body is not JSON: {error}"]
    return (members, []) if isinstance(members, dict) else ({}, ["the body is not an object"])


def parse_form(service, shape, request):
    pairs = parse_qsl(request.body.decode(), keep_blank_values=True)
    given = {name: value for name, value in pairs if name not in ("Action", "Version")}
    found = [] if len(given) + 2 == len(pairs) else ["a parameter comes twice, or Action or Version is missing"]
    members = from_form(shape, given, "", service) if shape and given else {}
    return members, found + [f"{name}: is not in the model" for name in given]


def from_form(shape, given, prefix, service):
    """Takes out of `given` what belongs to the shape; None if there is nothing."""
    if shape.type_name == "structure":
        members = {}
        for name, member in shape.members.items():
            value = from_form(member, given, prefix + form_name(name, member, service) + ".", service)
            if value is not None:
                members[name] = value
        return members or ({} if not prefix else None)
    if shape.type_name == "list":
        middle = "" if service == "ec2" or shape.serialization.get("flattened") else "member."
        elements = []
        while (value := from_form(shape.member, given, f"{prefix}{middle}{len(elements) + 1}.", service)) is not None:
            elements.append(value)
        return elements or None
    text = given.pop(prefix[:-1], None)
    return None if text is None else from_text(shape, text)


def form_name(name, member, service):
    given = member.serialization.get("queryName")
    if service != "ec2":
        return given or member.serialization.get("name", name)
    given = given or member.serialization.get("name", name)
    return given[0].upper() + given[1:]


def from_text(shape, text):
    if shape.type_name in ("integer", "long"):
        return int(text) if re.fullmatch(r"-?\d+", text) else text
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def parse_rest(_service, shape, request):
    """Members of an S3 request: path, query and headers."""
    query = dict(parse_qsl(request.target.partition("?")[2], keep_blank_values=True))
    query.pop("list-type", None)
    query.pop("x-id", None)  # newer SDKs name the operation so
    members = {}
    for name, member in shape.members.items():
        where, wire = member.serialization.get("location"), member.serialization.get("name")
        if where == "querystring" and wire in query:
            members[name] = from_text(member, query.pop(wire))
        elif where == "header" and wire in request.headers:
            members[name] = from_text(member, request.headers[wire])
        elif where == "uri":
            value = {"Bucket": request.bucket, "Key": unquote(request.key)}[wire]
            members.update({name: value} if value else {})
    return members, [f"{name}: is not in the model" for name in query]


# ---- answers ----


def serialise(service, operation, answer, request_id="00000000-0000-4000-8000-000000000001"):
    """The body of a good answer."""
    described = model(service).operation_model(operation)
    shape = described.output_shape
    wrong = complaints(shape, answer, operation) if shape else []
    report = ParamValidator().validate(shortened(answer), shape) if shape else None
    if wrong or (report and report.has_errors()):
        raise Misshapen("; ".join(wrong) or report.generate_report())
    protocol = model(service).metadata["protocol"]
    if protocol == "json":
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if protocol == "ec2":
        root = ET.Element(f"{operation}Response", xmlns=model(service).metadata["xmlNamespace"])
        ET.SubElement(root, "requestId").text = request_id
        to_xml(root, shape, answer)
    elif protocol == "query":
        root = ET.Element(f"{operation}Response", xmlns=model(service).metadata["xmlNamespace"])
        to_xml(ET.SubElement(root, shape.serialization.get("resultWrapper", f"{operation}Result")), shape, answer)
        ET.SubElement(ET.SubElement(root, "ResponseMetadata"), "RequestId").text = request_id
    else:
        root = ET.Element({"ListObjectsV2": "ListBucketResult"}[operation], xmlns=S3_NAMESPACE)
        to_xml(root, shape, answer)
    return xml_bytes(root)


def xml_bytes(root):
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="utf-8")


def shortened(value):
    """The same with the middle of long lists left out, for botocore's validator, which is slow."""
    if isinstance(value, dict):
        return {name: shortened(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shortened(one) for one in (value if len(value) <= 2 * SAMPLE else value[:SAMPLE] + value[-SAMPLE:])]
    return value


def to_xml(parent, shape, answer):
    for name, value in answer.items():
        member = shape.members[name]
        wire = member.serialization.get("name", name)
        if member.type_name == "list":
            flat = member.serialization.get("flattened")
            inner = member.member.serialization.get("name", "member")
            home = parent if flat else ET.SubElement(parent, wire)
            name = (member.member.serialization.get("name") or wire) if flat else inner
            for element in value:
                one_xml(home, name, member.member, element)
        else:
            one_xml(parent, wire, member, value)


def one_xml(parent, wire, shape, value):
    node = ET.SubElement(parent, wire)
    if shape.type_name == "structure":
        to_xml(node, shape, value)
    elif shape.type_name == "boolean":
        node.text = "true" if value else "false"
    elif isinstance(value, datetime.datetime):
        node.text = value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    elif shape.type_name == "blob":
        node.text = base64.b64encode(value).decode()
    else:
        node.text = str(value)
