"""test_network.py - the network from EC2: the same inventory from its answers, from a folder that the AWS CLI wrote and
from a snapshot; what is denied is unknown and denies nothing; commands and the dashboard ask for it by themselves."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness import Terminal
from reading import GROUP, line

AWS = os.environ.get("WEIR_AWS_CLI", "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else shutil.which("aws"))
PLAIN = ("Vpcs", "Subnets", "NetworkInterfaces")  # parts that the bench has places of their own for
FORMAT = ("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
          "log-status tcp-flags flow-direction")
# What the CLI of Debian 12 does not know yet is written as a newer one would.
NEWER = ("describe-vpc-block-public-access-options", "describe-vpc-block-public-access-exclusions",
         "describe-vpc-encryption-controls")
WEB, VISITOR = "10.0.1.10", "203.0.113.7"


def run(weir, aws, *words, status=0):
    done = subprocess.run([weir, *map(str, words)], env=aws.env(aws.home), capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == status, (done.returncode, done.stdout[-500:], done.stderr[-3000:])
    return done.stdout, done.stderr


def snapshot(weir, aws, *words):
    """A snapshot's parts, each sorted, without what it was taken of and when."""
    document = json.loads(run(weir, aws, "snapshot", *words)[0])
    return {name: sorted(part, key=json.dumps) if isinstance(part, list) else part
            for name, part in document.items() if name not in ("Taken", "Account", "WeirNetwork", "Region", "States")}


@pytest.fixture
def demo(weir, aws):
    """The demo's network, which the bench serves from now on."""
    network = snapshot(weir, aws, "demo")
    aws.world.network = {name: rows for name, rows in network.items() if name not in PLAIN}
    aws.world.vpcs, aws.world.subnets, aws.world.interfaces = (network[name] for name in PLAIN)
    return network


def folder_of_the_cli(aws, network, folder):
    """Every part as `aws ec2 describe-*` writes it."""
    folder.mkdir()
    env = {**aws.env(aws.home), "AWS_PAGER": ""}
    made = {}
    for operation in sorted({call.operation for call in aws.calls() if call.service == "ec2"}):
        if not operation.startswith("Describe"):
            continue
        name = "".join("-" + c.lower() if c.isupper() else c for c in operation).lstrip("-")
        made[name] = ["aws-cli", name]
    for name in made:
        if name in NEWER:
            member = "".join(word.title() for word in name.removeprefix("describe-").split("-"))
            rows = network[member]
            rows = rows[0] if name.endswith("options") else rows
            (folder / f"{name}.json").write_text(json.dumps({member: rows}))
            continue
        done = subprocess.run([AWS, "ec2", name, "--endpoint-url", aws.url, "--output", "json"], env=env,
                              capture_output=True, text=True, timeout=60, check=True)
        (folder / f"{name}.json").write_text(done.stdout)
    for of in network["Entries"]:
        done = subprocess.run([AWS, "ec2", "get-managed-prefix-list-entries", "--prefix-list-id", of, "--endpoint-url",
                               aws.url, "--output", "json"], env=env, capture_output=True, text=True, timeout=60,
                              check=True)
        (folder / f"get-managed-prefix-list-entries-{of}.json").write_text(done.stdout)


def without_newer(value):
    """Without the members that the CLI of Debian 12 drops, because it does not know them."""
    if isinstance(value, list):
        return [without_newer(one) for one in value]
    if isinstance(value, dict):
        return {name: without_newer(one) for name, one in value.items()
                if name not in ("ConnectionTrackingConfiguration", "IsPrimary")}
    return value


@pytest.mark.skipif(not AWS, reason="no AWS CLI here")
def test_three_ways_one_inventory(weir, aws, demo, tmp_path):
    asked = snapshot(weir, aws)
    assert asked == demo
    saved = tmp_path / "saved.json"
    run(weir, aws, "snapshot", "-o", saved)
    assert snapshot(weir, aws, "--network", saved) == demo
    folder_of_the_cli(aws, demo, tmp_path / "cli")
    assert without_newer(snapshot(weir, aws, "--network", tmp_path / "cli")) == without_newer(demo)


def test_the_policy_of_the_readme_is_what_is_asked(weir, aws, demo):
    snapshot(weir, aws)
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    policy = json.loads(re.search(r"```json\n(.*?)```", readme, re.DOTALL)[1])
    allowed = [one for statement in policy["Statement"] for one in statement["Action"]]
    asked = {f"ec2:{call.operation}" for call in aws.calls() if call.service == "ec2"}
    assert len(asked) >= 22 and asked <= set(allowed)
    assert len(allowed) == len(set(allowed))


def test_every_page_is_asked_for(weir, aws, demo):
    aws.page_rows = 3
    assert snapshot(weir, aws) == demo
    assert len(aws.calls("DescribeSecurityGroupRules")) == 7
    assert len(aws.calls("DescribeNetworkInterfaces")) == 3


@pytest.mark.parametrize("fault", ["throttle", "error", "reset", "garbage"])
def test_faults_on_the_way_change_nothing(weir, aws, demo, fault):
    aws.page_rows = 5
    for operation in ("DescribeSecurityGroupRules", "DescribeInstances", "GetManagedPrefixListEntries"):
        aws.faults.add(fault, operation=operation, nth=(1,), at=300)
    assert snapshot(weir, aws) == demo


def fill(aws, count=5, action="REJECT", flags=2):
    """Visitors who knock at the web server's port 80, which its group no longer admits."""
    now = int(aws.world.now())
    aws.world.flow_log(log_group=GROUP, format=FORMAT)
    aws.world.group(GROUP, flow_log=False)
    for number in range(count):
        start = now - 300 + number
        record = line(number, start, action).replace("eni-1", "eni-0a1000000000000a1").replace("192.0.2.7", VISITOR)
        record = record.replace("198.51.100.9", WEB).replace(" 443 6 ", " 80 6 ")
        aws.world.put(GROUP, "eni-0a1000000000000a1-all", f"{record} {flags} ingress", start * 1000)


def verdicts(text):
    return [json.loads(one) for one in text.splitlines()]


def test_explain_asks_for_the_network(weir, aws, demo):
    fill(aws)
    told = verdicts(run(weir, aws, "explain", f"cw:{GROUP}", "-o", "jsonl")[0])
    assert [one["cause"] for one in told] == ["sg-ingress"] * 5
    assert told[0]["acted_on"]["id"] == "sg-0a000000000000a01"
    assert not told[0]["missing"]


@pytest.mark.parametrize("operation, cause", [
    ("DescribeSecurityGroups", "undetermined"), ("DescribeNetworkAcls", "sg-ingress"),
    ("DescribeNetworkInterfaces", "undetermined")])
def test_what_is_denied_is_unknown(weir, aws, demo, operation, cause):
    """Rules of the groups come a second way, so both have to be denied before they are unknown."""
    fill(aws, 1)
    aws.faults.add("access_denied", operation=operation)
    if operation == "DescribeSecurityGroups":
        aws.faults.add("access_denied", operation="DescribeSecurityGroupRules")
    out, _ = run(weir, aws, "explain", f"cw:{GROUP}", "-o", "jsonl")
    told = verdicts(out)[0]
    assert told["cause"] == cause
    assert told["confidence"]["number"] <= 70
    assert any(f"ec2:{operation}" in one for one in told["missing"]), told["missing"]


def test_all_denied_is_told_and_records_are_explained_by_themselves(weir, aws, demo):
    fill(aws, 2)
    aws.faults.add("access_denied", when=lambda call: call.service == "ec2" and call.operation != "DescribeFlowLogs")
    told = verdicts(run(weir, aws, "explain", f"cw:{GROUP}", "-o", "jsonl")[0])
    assert [one["cause"] for one in told] == ["undetermined"] * 2


def test_rules_and_what_if_against_aws(weir, aws, demo):
    fill(aws, 5)
    out, errors = run(weir, aws, "rules", f"cw:{GROUP}", "--scope", "shop-web", "-o", "jsonl")
    assert {one["accepted"] + one["rejected"] for one in verdicts(out)} == {0}
    assert "5 rejected records fit no rule" in errors
    out, _ = run(weir, aws, "whatif", f"add shop-web in tcp 80 from {VISITOR}", f"cw:{GROUP}", "-o", "jsonl")
    totals, change = verdicts(out)
    assert (totals["opened"], totals["closed"], change["records"], change["remote"]) == (5, 0, 5, VISITOR)
    assert f"CidrIp={VISITOR}/32" in totals["commands"][0]


def test_the_dashboard_asks_by_itself(weir, aws, demo):
    fill(aws)
    command = [weir, f"cw:{GROUP}", "--now", str(int(aws.world.now()))]
    with Terminal(command, size=(100, 30), env=aws.env(aws.home)) as term:
        term.wait_for("REJECT")
        term.keys("Enter")
        term.wait_for("shop-web (sg-0a000000000000a01)")
        term.keys("Tab")
        term.wait_for("internet gateway")


def admit(network, group_id, rule_id):
    """Lets the visitor into port 80, in both forms that EC2 tells rules in."""
    what = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    flat = {"SecurityGroupRuleId": rule_id, "GroupId": group_id, "GroupOwnerId": "123456789012", "IsEgress": False,
            "CidrIpv4": f"{VISITOR}/32", **what}
    grouped = {"UserIdGroupPairs": [], "IpRanges": [{"CidrIp": f"{VISITOR}/32"}], "Ipv6Ranges": [],
               "PrefixListIds": [], **what}
    network["SecurityGroupRules"] = [*network["SecurityGroupRules"], flat]
    network["SecurityGroups"] = [{**group, "IpPermissions": [*group["IpPermissions"], grouped]}
                                 if group["GroupId"] == group_id else group for group in network["SecurityGroups"]]


def test_two_forms_that_differ_are_a_doubt(weir, aws, demo):
    """The rules changed between two questions: what the forms do not agree on is not taken for sure."""
    fill(aws, 1)
    forms = dict(aws.world.network)
    admit(aws.world.network, "sg-0a000000000000a01", "sgr-0a1000000000080a")
    aws.world.network["SecurityGroups"] = forms["SecurityGroups"]
    told = verdicts(run(weir, aws, "explain", f"cw:{GROUP}", "-o", "jsonl")[0])[0]
    assert told["confidence"]["number"] <= 70
    assert any("security group rules are incomplete" in one for one in told["missing"]), told["missing"]


def test_the_dashboard_asks_again(weir, aws, demo):
    """Somebody adds the rule that is missing: N brings it, and the explanation says so."""
    fill(aws)
    command = [weir, f"cw:{GROUP}", "--now", str(int(aws.world.now()))]
    with Terminal(command, size=(200, 50), env=aws.env(aws.home)) as term:
        term.wait_for("sg-ingress")
        admit(aws.world.network, "sg-0a000000000000a01", "sgr-0a1000000000080a")
        asked = len(aws.calls("DescribeSecurityGroupRules"))
        term.keys("N Esc")
        term.wait_for(lambda _term: len(aws.calls("DescribeSecurityGroupRules")) > asked)
        term.keys("R")
        term.wait_for("sgr-0a1000000000080a")
        term.keys("Esc Enter")
        term.wait_for("the rules of now let it through")


def test_the_dashboard_goes_on_without_it(weir, aws, demo):
    fill(aws)
    aws.faults.add("access_denied", when=lambda call: call.service == "ec2" and call.operation != "DescribeFlowLogs")
    command = [weir, f"cw:{GROUP}", "--now", str(int(aws.world.now()))]
    with Terminal(command, size=(100, 30), env=aws.env(aws.home)) as term:
        term.wait_for("REJECT")
        term.keys("N")
        term.wait_for("unknown  security groups")
        term.keys("Esc Enter")
        term.wait_for("Not known")
