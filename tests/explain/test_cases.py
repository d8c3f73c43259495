"""Every folder of cases/: a network, a log, and what has to be said of each REJECT in it.

network.json holds the parts in which the network differs from cases/shop.json (null: not known), later.json the same
after a change; without network.json nothing is known of it. records.log begins with its header line. expected.json has
one object for each REJECT: row, confidence and phase are compared, `commands` has to be the same list, `acted` a part
of acted_on, `blocks` the hop that is marked as what acted, and of every other key each text has to occur in the text of
that key.
"""

import ipaddress
import json
import pathlib
import re
import shlex
import subprocess

import pytest

CASES = pathlib.Path(__file__).parent / "cases"
FOLDERS = sorted(folder for folder in CASES.iterdir() if folder.is_dir())
KEYS = {
    "title": "title",
    "near": "near_miss",
    "evidence": "evidence",
    "assumptions": "assumptions",
    "missing": "missing",
    "also_blocking": "also_blocking",
    "next_steps": "next_steps",
}
CONTRACT = set(
    "cause_id cause title confidence flow phase direction reject_reason acted_on also_blocking near_miss fix change "
    "assumptions missing next_steps evidence hops".split()
)


def network_of(folder, name, tmp_path):
    """The whole network of a case as a file of its own; None when nothing is known."""
    if not (folder / name).exists():
        return None
    network = json.loads((CASES / "shop.json").read_text())
    network.update(json.loads((folder / name).read_text()))
    path = tmp_path / name
    path.write_text(json.dumps({part: items for part, items in network.items() if items is not None}))
    return path


def explain(folder, explainline, tmp_path):
    expected = json.loads((folder / "expected.json").read_text())
    arguments = list(expected.get("options", []))
    if (folder / "flow.txt").exists():
        arguments += ["--flow", (folder / "flow.txt").read_text().strip()]
    else:
        arguments += [folder / "records.log"]
    arguments += filter(None, (network_of(folder, name, tmp_path) for name in ("network.json", "later.json")))
    done = subprocess.run([explainline, *arguments], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()], expected["explanations"]


def text_of(value):
    if isinstance(value, dict):
        return " | ".join(str(part) for part in value.values())
    return value if isinstance(value, str) else "\n".join(text_of(part) for part in value)


def check(told, expected):
    assert set(told) == CONTRACT
    assert told["cause_id"] == expected["row"], told["title"]
    assert told["confidence"]["number"] == expected["confidence"]
    for key, name in KEYS.items():
        for text in expected.get(key, []):
            assert text in text_of(told[name]), (key, told[name])
    if expected.get("near") == []:
        assert told["near_miss"] == []
    if "phase" in expected:
        assert told["phase"] == expected["phase"]
    if "commands" in expected:
        assert told["fix"]["commands"] == expected["commands"]
    if "blocks" in expected:
        assert [hop["id"] for hop in told["hops"] if hop["acted"]] == [expected["blocks"]]
    for key, value in expected.get("acted", {}).items():
        assert told["acted_on"][key] == value


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case(folder, explainline, tmp_path):
    told, expected = explain(folder, explainline, tmp_path)
    assert len(told) == len(expected)
    for one, wanted in zip(told, expected):
        check(one, wanted)


def test_every_row_has_three_cases_and_one_of_ipv6():
    """Counted by what is expected, not by the folder's name; which rows there are, cause.def says."""
    expected, six = {}, set()
    for folder in FOLDERS:
        rows = {one["row"] for one in json.loads((folder / "expected.json").read_text())["explanations"]}
        lines = (folder / "records.log").read_text().splitlines() if (folder / "records.log").exists() else []
        rejects = [line for line in lines if " REJECT " in line]
        for row in rows:
            expected.setdefault(row, []).append(folder.name)
        if rejects and all(re.search(r" [0-9a-f]+:[0-9a-f:]+ ", line) for line in rejects):
            six |= rows
    causes = (CASES.parents[2] / "core/include/weir/cause.def").read_text(encoding="utf-8")
    wanted = re.findall(r'^X\(\w+, +"[\w-]+", +"(R\d+)"', causes, re.M)
    assert wanted == [f"R{number}" for number in range(1, 20)]
    assert set(expected) == set(wanted) == six
    assert {row: names for row, names in expected.items() if len(names) < 3} == {}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_words(folder, explainline, tmp_path):
    """What holds of every explanation: nothing is opened to everywhere, and late packets are not blamed on rules."""
    for told in explain(folder, explainline, tmp_path)[0]:
        for command in told["fix"]["commands"]:
            words = shlex.split(command)
            assert words[:2] == ["aws", "ec2"]
            nets = [ipaddress.ip_network(net) for net in re.findall(r"[0-9a-f.:]+/\d+", command)]
            assert all(net.num_addresses == 1 for net in nets), command
        if told["cause"] in ("late-packet", "idle-timeout", "late-udp-reply", "stale", "asymmetric-reply"):
            denied = any("denies it" in line["text"] for line in told["evidence"])
            assert ("inbound rules are" if not denied else "rules of security groups are") in told["title"]
            assert "not what failed" in told["title"] and ("would deny it too" in told["title"]) == denied
            assert told["fix"]["commands"] == []
        assert told["title"][0].isupper() and not told["title"].endswith(".")
        assert "\n" not in text_of(told["title"]) and len(told["title"]) < 260
        assert sum(hop["acted"] for hop in told["hops"]) <= 1
