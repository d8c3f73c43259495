"""Networks that are cut off, nested, of wrong types, doubled, circular or out of range. Whatever is in them: a message
and no verdict, or for each record the verdict of the whole network, or "undetermined". Never another one."""

import copy
import json
import pathlib
import random
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

CASES = pathlib.Path(__file__).parent / "cases"
FIELDS = (
    "version interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id "
    "subnet-id tcp-flags flow-direction reject-reason"
)
PLACE = "1 60 1700000000 1700000020 REJECT OK vpc-0a1 subnet-0a1"
RECORDS = (
    f"8 eni-0e1 203.0.113.7 10.0.1.10 50512 80 6 {PLACE} 2 ingress -",
    f"8 eni-0e1 203.0.113.7 10.0.1.10 50512 443 6 {PLACE} 2 ingress -",
    f"8 eni-0e1 2001:db8:f::7 2001:db8:10:1::10 50512 22 6 {PLACE} 2 ingress -",
    f"8 eni-0e1 2001:db8:f::7 2001:db8:10:1::10 50512 443 6 {PLACE} 2 ingress -",
    f"8 eni-0e1 198.51.100.77 10.0.1.10 50512 443 6 {PLACE} 2 ingress -",
    f"8 eni-0e1 10.0.1.10 198.51.100.99 40001 25 6 {PLACE} 2 egress -",
    f"8 eni-0e1 10.0.1.10 198.51.100.77 443 50512 6 {PLACE} 18 egress -",
)
TRUTH = ["R4", "R19", "R4", "R19", "R3", "R19", "R7"]
WRONG = (7, -1, True, "no such thing", "", [], [[]], {}, {"a": 1}, [7], 1e300)
DENIED = {"Egress": False, "RuleAction": "deny", "Protocol": "6", "CidrBlock": "198.51.100.77/32", "RuleNumber": 20}


def network():
    """The shop, with an ACL that denies one address both ways: every kind of rule decides one of the records."""
    shop = json.loads((CASES / "shop.json").read_text())
    whole = {"WeirNetwork": 1, "Region": "eu-west-1", "Account": "123456789012", "Taken": 1699999400}
    whole.update({name: items for name, items in shop.items() if isinstance(items, list)})
    del whole["SecurityGroupRules"]
    acl = next(one for one in whole["NetworkAcls"] if one["NetworkAclId"] == "acl-0b2")
    acl["Entries"] += [DENIED, {**DENIED, "Egress": True}]
    return whole


@pytest.fixture(scope="module")
def told(explainline, tmp_path_factory):
    """told(bytes) -> (rows of the verdicts, their texts, messages); a list of them for a list."""
    folder = tmp_path_factory.mktemp("hostile")
    records = folder / "records.log"
    records.write_text("\n".join((FIELDS, *RECORDS)) + "\n")

    def one(job):
        number, content = job
        path = folder / f"net-{number}.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        command = [explainline, "--saved", "--alone", records, path]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        path.unlink()
        out, errors = done.stdout.decode(), done.stderr.decode()
        assert done.returncode in (0, 1) and "Sanitizer" not in errors, errors
        if done.returncode == 1:
            assert not out and errors.strip() and len(errors.splitlines()) == 1, errors
        else:
            assert not errors
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", out + errors)
        return [json.loads(line)["cause_id"] for line in out.splitlines()], out, errors

    def ask(contents):
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(one, enumerate(contents)))

    return ask


def check(answer, what):
    rows, _, errors = answer
    if errors:
        return
    assert len(rows) == len(TRUTH), what
    wrong = [(row, truth) for row, truth in zip(rows, TRUTH) if row not in (truth, "R18")]
    assert not wrong, (what, rows)


def test_the_whole_network(told):
    assert told([network()])[0][0] == TRUTH


def test_cut_off(told):
    whole = json.dumps(network()).encode()
    places = [len(whole) * k // 51 for k in range(1, 51)]
    for place, (rows, _, errors) in zip(places, told([whole[:place] for place in places])):
        assert not rows and errors, place


def test_not_json_at_all(told):
    nested = [b"[" * 100000, b'{"a":' * 100000, b'{"WeirNetwork":1,"NetworkInterfaces":' + b"[" * 5000 + b"]" * 5000]
    other = [b"", b"\0" * 4096, b"\xff\xfe{\0}\0", b"null", b"[]", b"7", b'"x"', b"{}", b"\x1f\x8b\x08\0garbage"]
    words = [b"<DescribeVpcsResponse/>", b"An error occurred (UnauthorizedOperation)\x1b[31m\n"]
    for content, (rows, _, errors) in zip(nested + other + words, told(nested + other + words)):
        assert not rows and errors, content[:40]


def places_in(value, path=()):
    """Every place of a document, as a path of keys and indices."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield path + (key,)
        yield from places_in(inner, path + (key,))


def changed(whole, path, value):
    """A copy with another value at the place; None: without the place."""
    out = copy.deepcopy(whole)
    at = out
    for key in path[:-1]:
        at = at[key]
    if value is None and isinstance(at, dict):
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return out


def means_something(path, value):
    """Protocols are told as numbers too, so that one is another network, not a wrong one."""
    return path[-1] in ("IpProtocol", "Protocol") and type(value) is int


def matters(path):
    return path[0] in ("NetworkInterfaces", "SecurityGroups", "NetworkAcls", "Subnets", "Vpcs", "RouteTables")


@pytest.mark.parametrize("part", ["NetworkInterfaces", "SecurityGroups", "NetworkAcls", "Subnets"])
def test_wrong_types_everywhere(told, part):
    """Each place of what decides the records gets a value of another type, two kinds a place, in turn."""
    whole = network()
    places = [path for path in places_in(whole) if path[0] == part and (len(path) < 2 or path[1] < 1)]
    jobs = []
    for k, path in enumerate(places):
        old = whole
        for key in path:
            old = old[key]
        others = [value for value in WRONG if type(value) is not type(old) and not means_something(path, value)]
        jobs += [(path, others[(k + n * 5) % len(others)]) for n in range(2)]
    for job, answer in zip(jobs, told([changed(whole, *job) for job in jobs])):
        check(answer, job)


def may_be_absent(path):
    """Open ends of ports, and lists of peers: EC2 leaves them out."""
    return path[-1] in ("FromPort", "ToPort", "IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")


@pytest.mark.parametrize("part", ["NetworkInterfaces", "SecurityGroups", "NetworkAcls", "Subnets"])
def test_places_that_are_absent(told, part):
    whole = network()
    places = [path for path in places_in(whole) if path[0] == part and len(path) > 2 and path[1] == 0]
    places = [path for path in places if isinstance(path[-1], str) and not may_be_absent(path)]
    assert len(places) > 5
    for path, answer in zip(places, told([changed(whole, path, None) for path in places])):
        check(answer, path)


def test_wrong_types_of_parts(told):
    whole = network()
    jobs = [((name,), value) for name in whole if name not in ("Taken", "Account", "Region") for value in (7, "x", {})]
    for job, answer in zip(jobs, told([changed(whole, *job) for job in jobs])):
        check(answer, job)


def group(whole, id_of="sg-0c3"):
    return next(one for one in whole["SecurityGroups"] if one["GroupId"] == id_of)


def edit(change):
    whole = network()
    change(whole)
    return whole


def doubled(name):
    def change(whole):
        whole[name] += copy.deepcopy(whole[name])

    return change


def contradicting(whole):
    """The same ids a second time, with everything open."""
    other = copy.deepcopy(group(whole))
    other["IpPermissions"] = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    whole["SecurityGroups"].append(other)


def permission(**fields):
    def change(whole):
        rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}], **fields}
        group(whole)["IpPermissions"].append(rule)

    return change


def circle(whole):
    pairs = {"sg-0c3": "sg-0d4", "sg-0d4": "sg-0c3"}
    for one, other in pairs.items():
        references = [{"GroupId": other}, {"GroupId": one}]
        group(whole, one)["IpPermissions"].append({"IpProtocol": "-1", "UserIdGroupPairs": references})


EDITS = {
    **{f"doubled {name}": doubled(name) for name in ("NetworkInterfaces", "SecurityGroups", "NetworkAcls", "Subnets")},
    "contradicting groups": contradicting,
    "groups in a circle": circle,
    "ports that are none": permission(FromPort=70000, ToPort=70001),
    "ports below zero": permission(FromPort=-5, ToPort=-5),
    "ports the wrong way round": permission(FromPort=443, ToPort=22),
    "ports beyond 64 bits": permission(FromPort=1e300, ToPort=1e300),
    "a prefix of 33": permission(IpRanges=[{"CidrIp": "203.0.113.0/33"}]),
    "a prefix of -1": permission(IpRanges=[{"CidrIp": "203.0.113.0/-1"}]),
    "bytes above 255": permission(IpRanges=[{"CidrIp": "300.0.113.0/24"}]),
    "IPv6 prefix of 129": permission(IpRanges=[], Ipv6Ranges=[{"CidrIpv6": "2001:db8::/129"}]),
    "IPv6 where IPv4 goes": permission(IpRanges=[{"CidrIp": "2001:db8::/129"}]),
    "a reference without an id": permission(IpRanges=[], UserIdGroupPairs=[{}]),
    "a protocol of 300": permission(IpProtocol="300"),
    "a protocol that is no number": permission(IpProtocol="tcp\x1b[2J"),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_contradicts_itself(told, name):
    check(told([edit(EDITS[name])])[0], name)


def test_ids_with_terminal_escapes(told):
    """They are shown, and never reach a command line or a terminal as they are."""
    text = json.dumps(network())
    bad = "sg-0c3\\u001b]0;x\\u0007\\u009b31m'; rm -rf ~ #"
    named = [text.replace(name, bad).encode() for name in ("sg-0c3", "acl-0b2")]
    (rows, out, errors), (_, out2, _) = told(named)
    assert not errors and rows == TRUTH
    for line in out.splitlines() + out2.splitlines():
        commands = json.loads(line)["fix"]["commands"]
        assert not any("rm -rf" in command for command in commands)
        assert "\\u001b" not in line and "\\u009b" not in line and "\\u0007" not in line


def test_pieces_at_random(told):
    """Places of the whole network are taken away or put into each other's place, several at a time."""
    draw = random.Random(4)
    whole = network()
    places = [path for path in places_in(whole) if matters(path) and len(path) > 2]
    jobs, contents = [], []
    for _ in range(60):
        out, picked = whole, [draw.choice(places) for _ in range(3)]
        for path in picked:
            try:
                out = changed(out, path, draw.choice(WRONG))
            except (KeyError, IndexError, TypeError):
                continue
        jobs.append(picked)
        contents.append(out)
    for job, (_, _, errors) in zip(jobs, told(contents)):
        assert "Sanitizer" not in errors, job
