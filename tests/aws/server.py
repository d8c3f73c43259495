"""server.py - AWS on the loopback: a server that is as strict as AWS, goes wrong on demand, and remembers everything.

    with Bench() as bench:
        bench.world.group("/vpc/flow", Interfaces(count=50, rate=333))
        bench.faults.add("throttle", operation="FilterLogEvents", nth=2)
        subprocess.run(["aws", "--endpoint-url", bench.url, "logs", "tail", "/vpc/flow"], env=bench.env(home))
        assert not bench.violations

It runs on threads of this process, listens on 127.0.0.1, and is gone when the block is left. What it checks: the
signature with botocore's signer (signing.py), the request against the service model (shapes.py). A request that does
not fit is refused and put into `violations`; `requests` has all of them. By hand:

    server.py [--port N] [--tls FOLDER] [--scenario count=50,rate=333,...] [--group NAME] [--fault reset,at=700,...]
"""

import argparse
import collections
import dataclasses
import http.server
import json
import os
import socket
import socketserver
import ssl
import sys
import threading
import time
import traceback
import xml.etree.ElementTree as ET
from urllib.parse import parse_qsl

import cloudtrail
import ec2
import livetail
import logs
import s3
import shapes
import signing
import sts
import tls
from faults import LIVE, WIRES, Failure, Faults, Gone, deliver, failure_of, is_reset
from world import Clock, Interfaces, World

TOLERANCE = 300  # seconds between our clock and the date of a request
TABLES = {"logs": logs.OPERATIONS, "ec2": ec2.OPERATIONS, "sts": sts.OPERATIONS, "s3": s3.OPERATIONS,
          "cloudtrail": cloudtrail.OPERATIONS}
TARGETS = {"Logs_20140328": "logs", cloudtrail.TARGET: "cloudtrail"}  # the services that speak JSON
SERVED = {"logs": {"StartLiveTail"}}
LONGEST_BODY = 1 << 20


@dataclasses.dataclass
class Request:
    """As it was received. bucket and key are set for S3."""

    method: str
    target: str
    headers: object
    body: bytes
    service: str = ""
    bucket: str = ""
    key: str = ""
    proxied: bool = False  # it came with the whole URL, as a proxy gets it


@dataclasses.dataclass
class Call:
    """A request and what became of it. at: seconds of the bench's clock; began: of the monotonic one."""

    request: Request
    number: int
    at: float
    began: float
    service: str = ""
    operation: str = ""
    region: str = ""
    members: dict = dataclasses.field(default_factory=dict)
    key: signing.Key = None
    rule: object = None
    status: int = 0
    code: str = ""
    sent: int = 0
    seconds: float = 0.0

    @property
    def action(self):
        return self.rule.action if self.rule else None

    @property
    def is_live(self):
        return self.action in LIVE

    @property
    def arn(self):
        return self.key.arn if self.key else "anonymous"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.server.bench.connections.add(self.connection)

    def finish(self):
        self.server.bench.connections.discard(self.connection)
        try:
            super().finish()
        except OSError:
            pass

    def serve(self):
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LONGEST_BODY:
            self.close_connection = True
            return
        target, proxied = self.path, self.path.startswith("http://")
        if proxied:
            target = "/" + target[7:].partition("/")[2]
        request = Request(self.command, target, self.headers, self.rfile.read(int(length)), proxied=proxied)
        try:
            self.server.bench.serve(request, self.connection)
        except (Gone, ConnectionError, ssl.SSLError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_HEAD = serve

    def log_message(self, *_):
        pass


class Listener(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    context = None

    def finish_request(self, request, client_address):
        if self.context:
            request = self.context.wrap_socket(request, server_side=True)
        self.RequestHandlerClass(request, client_address, self)
        if self.context:
            request.close()

    def shutdown_request(self, request):
        if request.fileno() >= 0 and is_reset(request):
            request.close()  # shutdown() would say FIN before
        else:
            super().shutdown_request(request)

    def handle_error(self, _request, _client_address):
        if not isinstance(sys.exc_info()[1], (OSError, Gone)):
            self.bench.violations.append("the bench failed: " + traceback.format_exc())

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # without asking for the host's name
        self.server_name, self.server_port = self.server_address[:2]


class Bench:
    """The server and all that can be set. Attributes may be changed while it runs."""

    def __init__(self, world=None, seed=1, port=0, folder=None, certificate="good"):
        self.world = world or World(Clock())
        self.faults, self.tokens = Faults(seed), logs.Tokens(self.world.clock)
        self.trail = cloudtrail.Trail(self.world.clock)
        self.tolerance = TOLERANCE * max(1.0, self.world.clock.rate)
        self.page_events, self.page_bytes, self.page_searched = logs.PAGE_EVENTS, logs.PAGE_BYTES, 200_000
        self.page_rows = 1000  # of the lists
        self.live_most, self.live_seconds, self.live_sessions, self.live_dropped = 15, 3 * 3600, 0, 0
        self.live_short_names = False
        self.regions, self.roles, self.machine_seconds = list(ec2.REGIONS), {}, 6 * 3600
        self.web_identity_token = "web.identity.token"
        self.user = signing.Key("AKIAEXAMPLEWEIR", "secret/of+the/bench-CANARY")
        self.keys = {self.user.access_key: self.user}
        self.requests, self.violations, self.connections = [], [], set()
        self.stopping, self.lock = threading.Event(), threading.Lock()
        self.listener = Listener(("127.0.0.1", port), Handler)
        self.listener.bench = self
        self.ca = None
        if folder:
            self.ca, self.listener.context = tls.context(folder, certificate)
        self.url = f"{'https' if folder else 'http'}://127.0.0.1:{self.listener.server_address[1]}"
        self.thread = threading.Thread(target=self.listener.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.stopping.is_set():
            return
        self.stopping.set()
        self.listener.shutdown()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.listener.server_close()
        self.thread.join(5)

    def env(self, home, key=None, **more):
        """The environment for a program that is to ask here, and nowhere else."""
        key = key or self.user
        variables = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": key.access_key,
            "AWS_SECRET_ACCESS_KEY": key.secret,
            "AWS_REGION": self.world.region,
            "AWS_DEFAULT_REGION": self.world.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
        }
        if key.token:
            variables["AWS_SESSION_TOKEN"] = key.token
        if self.ca:
            variables["AWS_CA_BUNDLE"] = str(self.ca)
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                variables[name] = os.environ[name]
        variables.update(more)
        return {name: value for name, value in variables.items() if value is not None}

    # ---- what was asked ----

    def calls(self, operation=None):
        with self.lock:
            return [call for call in self.requests if operation in (None, call.operation)]

    def statistics(self):
        counts = collections.Counter(call.operation for call in self.calls())
        return {"requests": len(self.requests), "violations": len(self.violations), **counts}

    def violation(self, call, text):
        with self.lock:
            self.violations.append(f"#{call.number} {call.service}:{call.operation}: {text}")

    # ---- serving ----

    def serve(self, request, connection):
        with self.lock:
            call = Call(request, len(self.requests) + 1, self.world.now(), time.monotonic())
            self.requests.append(call)
        try:
            try:
                status, headers, body = self.answer(call)
            except Failure as failure:
                status, headers, body = error_answer(call, failure)
            except Exception:
                self.violation(call, "the bench failed: " + traceback.format_exc())
                status, headers, body = error_answer(call, Failure(500, "InternalFailure", "see bench.violations"))
            self.send(call, connection, status, headers, body)
        except Gone as gone:
            call.sent = gone.args[0] if gone.args else 0
            raise
        finally:
            call.seconds = time.monotonic() - call.began

    def send(self, call, connection, status, headers, body):
        call.status = status
        rule = call.rule
        shift = rule.get("shift", 3600) if call.action == "date" else 0
        head = {"Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(self.world.now() + shift)),
                "x-amzn-RequestId": f"00000000-0000-4000-8000-{call.number:012d}", **headers}
        if isinstance(body, livetail.Session):
            head["Transfer-Encoding"] = "chunked"
            if call.action not in WIRES or call.action == "date":
                body.run(connection, head_bytes(status, head))
            body.leave()
            body = body.opening()
        else:
            head["Content-Length"] = str(len(body))
        if call.request.method == "HEAD":
            body = b""
        head = head_bytes(status, head)
        call.sent = len(head) + len(body)  # what is meant; who has the answer may ask at once
        call.sent = deliver(connection, head, body, rule, self.stopping)

    def answer(self, call):
        request = call.request
        parts = signing.parts_of(request)
        if not parts and request.target.startswith(("/latest/", sts.CONTAINER_PATH)):
            return self.machine(call)
        self.route(call, parts)
        call.rule = self.faults.pick(call)
        if call.action == "redirect":
            return call.rule.get("status", 301), {"Location": call.rule.get("location", self.url + "/elsewhere")}, b""
        if call.operation not in sts.UNSIGNED:
            self.authenticate(call, parts)
        failure = failure_of(call.rule, call)
        if failure:
            raise failure
        return self.perform(call)

    def machine(self, call):
        container = call.request.target.startswith(sts.CONTAINER_PATH)
        call.service = "container" if container else "imds"
        call.operation, status, text = (sts.container if container else sts.instance)(self, call.request)
        call.rule = self.faults.pick(call)
        failure = failure_of(call.rule, call)
        if failure:
            return failure.status, {"Content-Type": "application/json"}, b'{"message":"failed"}'
        return status, {"Content-Type": "application/json" if text.startswith("{") else "text/plain"}, text.encode()

    def route(self, call, parts):
        """Which service and operation it is."""
        request = call.request
        call.region = parts[2] if parts else self.world.region
        target = request.headers.get("X-Amz-Target", "")
        form = dict(parse_qsl(request.body.decode("latin-1"))) if not target else {}
        prefix, _, operation = target.rpartition(".")
        if prefix in TARGETS:
            call.service, call.operation = TARGETS[prefix], operation
        elif request.method == "POST" and "Action" in form:
            call.service = {"2016-11-15": "ec2", "2011-06-15": "sts"}.get(form.get("Version"), "unknown")
            call.operation = form["Action"]
        else:
            call.service = "s3"
            request.bucket, request.key = bucket_and_key(request)
            call.operation = s3.operation_of(request, dict(parse_qsl(request.target.partition("?")[2], True)))
        request.service = call.service

    def authenticate(self, call, parts):
        try:
            signed = signing.check(call.request, self.keys, self.world.now(), self.tolerance)
        except Failure as failure:
            self.refused(call, failure)
            raise
        call.key = signed.key
        if signed.service != call.service:
            raise Failure(403, "InvalidSignatureException",
                          f"Credential should be scoped to correct service: {call.service}")
        for complaint in signing.habits(call.request, call.service, parts[4].split(";")):
            self.violation(call, complaint)

    def refused(self, call, failure):
        """A request that no correct client sends is a violation; a wrong clock or an old key is not."""
        harmless = "expired", "current", "Skewed", "token included", "too large", "Missing Authentication", "calculated"
        if not any(word in failure.code + failure.message for word in harmless) or "signed headers" in failure.message:
            self.violation(call, str(failure))

    def perform(self, call):
        table = TABLES.get(call.service, {})
        if call.operation not in table and call.operation not in SERVED.get(call.service, ()):
            self.violation(call, "there is no such operation here")
            raise Failure(400, "UnknownOperationException", f"no operation {call.service}:{call.operation}")
        call.members, wrong = ({}, []) if call.operation == "ListBuckets" else (
            shapes.parse(call.service, call.operation, call.request))
        for complaint in wrong:
            self.violation(call, complaint)
        if wrong:
            raise Failure(400, "ValidationException" if call.service != "s3" else "InvalidArgument", "; ".join(wrong))
        if call.operation == "StartLiveTail":
            return 200, {"Content-Type": livetail.CONTENT_TYPE}, livetail.Session(self, call)
        if call.service == "s3":
            return table[call.operation](self, call)
        body = shapes.serialise(call.service, call.operation, table[call.operation](self, call))
        kind = "application/x-amz-json-1.1" if call.service in TARGETS.values() else "text/xml;charset=UTF-8"
        return 200, {"Content-Type": kind}, body


def bucket_and_key(request):
    """Of a request in virtual-hosted or in path style; the key as it was sent."""
    host = request.headers.get("Host", "").rpartition(":")[0] or request.headers.get("Host", "")
    path = request.target.partition("?")[0].lstrip("/")
    for ending in (".s3.", ".s3-fips.", ".localhost"):
        if ending in host:
            return host.partition(ending)[0], path
    bucket, _, key = path.partition("/")
    return bucket, key


def head_bytes(status, headers):
    reason = http.HTTPStatus(status).phrase if status in http.HTTPStatus._value2member_map_ else "Error"
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def error_answer(call, failure):
    """(status, headers, body) of a failure in the form of its service."""
    call.code = failure.code
    if isinstance(failure.body, bytes):
        return failure.status, failure.headers, failure.body
    if call.service in (*TARGETS.values(), "unknown", ""):
        body = json.dumps({"__type": failure.code, "message": failure.message}).encode()
        return failure.status, {"Content-Type": "application/x-amz-json-1.1", **failure.headers}, body
    request_id = f"00000000-0000-4000-8000-{call.number:012d}"
    parts = {"Code": failure.code, "Message": failure.message}
    if call.service == "s3":
        root = error_element("Error", {**parts, **(failure.body or {}), "RequestId": request_id, "HostId": "bench"})
    elif call.service == "ec2":
        root = ET.Element("Response")
        ET.SubElement(root, "Errors").append(error_element("Error", parts))
        ET.SubElement(root, "RequestID").text = request_id
    else:
        root = ET.Element("ErrorResponse", xmlns="https://sts.amazonaws.com/doc/2011-06-15/")
        root.append(error_element("Error", {"Type": "Sender", **parts}))
        ET.SubElement(root, "RequestId").text = request_id
    return failure.status, {"Content-Type": "text/xml;charset=UTF-8", **failure.headers}, shapes.xml_bytes(root)


def error_element(name, members):
    root = ET.Element(name)
    for member, value in members.items():
        ET.SubElement(root, member).text = value
    return root


# ---- by hand ----


def settings(text):
    """'a=1,b=x' -> {"a": 1, "b": "x"}"""
    made = {}
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        try:
            made[name.strip()] = json.loads(value)
        except ValueError:
            made[name.strip()] = value
    return made


def main():
    parser = argparse.ArgumentParser(description="AWS on the loopback, for tests and by hand")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", metavar="FOLDER", help="https, with a new CA in this folder")
    parser.add_argument("--group", default="/vpc/flow")
    parser.add_argument("--scenario", default="", help="of world.Interfaces: count=50,rate=333,aggregation=60,...")
    parser.add_argument("--clock", default="", help="of world.Clock: rate=10,epoch=1790000000")
    parser.add_argument("--fault", action="append", default=[], help="ACTION,operation=...,probability=...")
    arguments = parser.parse_args()
    world = World(Clock(**settings(arguments.clock)))
    world.group(arguments.group, Interfaces(**settings(arguments.scenario)))
    with Bench(world, port=arguments.port, folder=arguments.tls) as bench:
        for fault in arguments.fault:
            action, _, rest = fault.partition(",")
            bench.faults.add(action, **settings(rest))
        print(bench.url, flush=True)
        for name, value in bench.env(os.environ.get("HOME", "/")).items():
            if name.startswith("AWS_"):
                print(f"export {name}={value!r}", flush=True)
        try:
            while True:
                time.sleep(10)
                print(json.dumps(bench.statistics()), file=sys.stderr, flush=True)
                for violation in bench.violations:
                    print(violation, file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
