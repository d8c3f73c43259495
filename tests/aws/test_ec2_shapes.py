"""The table of EC2's shapes (core/vpc/shape.def) and parts (part.def) against botocore's model of EC2, row by row; and
answers drawn from that model, as XML and as the CLI's JSON, which must become the same snapshot."""

import json
import os
import random
import re
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("botocore")
from shapes import model, serialise  # noqa: E402

VPC = Path(__file__).resolve().parents[2] / "core" / "vpc"
DRAWS = 25
TYPES = {
    "TEXT": ("string",),
    "NUMBER": ("integer", "long"),
    "FLAG": ("boolean",),
    "STRUCT": ("structure",),
    "TEXTS": ("list",),
    "LIST": ("list",),
}
# What EC2 has and Debian 12's botocore 1.29 (December 2022) has not: rows that are checked where the model is newer.
NEWER = {
    "VpcBlockPublicAccessOptions",
    "VpcBlockPublicAccessExclusion",
    "VpcEncryptionControl",
    "ConnectionTrackingConfiguration",
    "NetworkInterface.ConnectionTrackingConfiguration",
    "TransitGatewayVpcAttachmentOptions.SecurityGroupReferencingSupport",
    "NetworkInterfaceIpv6Address.IsPrimaryIpv6",
    "NatGatewayAddress.IsPrimary",
    "NatGateway.AvailabilityMode",
    "Route.OdbNetworkArn",
    "DescribeVpcBlockPublicAccessOptions",
    "DescribeVpcBlockPublicAccessExclusions",
    "DescribeVpcEncryptionControls",
}


def read_shapes():
    """{shape: [(json, xml, type, shape of it)]} in the table's order."""
    table, rows = {}, None
    for line in (VPC / "shape.def").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"SHAPE\((\w+)\)", line):
            rows = table.setdefault(match[1], [])
        elif match := re.match(r'FIELD\("(\w+)",\s*"(\w+)",\s*(\w+),\s*(\w+)\)', line):
            rows.append(match.groups())
    return table


def read_parts():
    """[(operation, list, set, shape, page)] in the table's order."""
    rows = re.findall(
        r'^X\(\w+,\s*"(\w+)",\s*"(\w+)",\s*"(\w+)",\s*(\w+),\s*(\d+),', (VPC / "part.def").read_text(), re.MULTILINE
    )
    return [(*row[:4], int(row[4])) for row in rows]


SHAPES, PARTS = read_shapes(), read_parts()


def ec2_shape(name):
    return model("ec2").shape_for(name) if name in model("ec2").shape_names else None


def test_the_tables_are_read():
    assert len(SHAPES) > 50 and len(PARTS) == 24
    assert sum(len(rows) for rows in SHAPES.values()) > 200


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "Nothing"])
def test_every_row_is_in_the_model(name):
    shape = ec2_shape(name)
    if shape is None:
        assert name in NEWER
        pytest.skip("newer than the model")
    for json_name, xml_name, kind, of in SHAPES[name]:
        member = shape.members.get(json_name)
        if member is None:
            assert f"{name}.{json_name}" in NEWER, f"{name}.{json_name} is not in the model"
            continue
        assert member.serialization.get("name", json_name) == xml_name
        assert member.type_name in TYPES[kind], f"{name}.{json_name}"
        if kind == "STRUCT":
            assert member.name == of
        if member.type_name == "list":
            assert not member.serialization.get("flattened")
            assert member.member.serialization.get("name") == "item"
            assert (member.member.name == of) if kind == "LIST" else (member.member.type_name == "string")


@pytest.mark.parametrize("part", PARTS, ids=[part[0] for part in PARTS])
def test_every_part_is_in_the_model(part):
    operation, listed, in_xml, shape, page = part
    if operation not in model("ec2").operation_names:
        assert operation in NEWER
        pytest.skip("newer than the model")
    described = model("ec2").operation_model(operation)
    output = described.output_shape.members[listed]
    assert output.serialization["name"] == in_xml
    assert (output.member.name if output.type_name == "list" else output.name) == shape
    most = described.input_shape.members.get("MaxResults")
    assert (most is not None) == (page > 0)
    if most is not None and "max" in most.metadata:
        assert page <= most.metadata["max"]


def test_every_shape_is_used():
    used, todo = set(), [part[3] for part in PARTS]
    while todo:
        name = todo.pop()
        if name not in used:
            used.add(name)
            todo += [row[3] for row in SHAPES[name] if row[2] in ("STRUCT", "LIST")]
    assert used == set(SHAPES) - {"Nothing"}


# ---- answers ----

WORDS = ["a", "web-1", "10.0.0.0/8", "2001:db8::/32", "tcp", "-1", "true", "0"]
WORDS += ["é", "日本", "a & b", "<x>", '"', "\\", " "]


def draw_value(draw, shape):
    """Of the whole model, not of the table alone: what an inventory does not use must make no difference."""
    if shape.type_name == "structure":
        return draw_structure(draw, shape)
    if shape.type_name == "list":
        return [draw_value(draw, shape.member) for _ in range(draw.choice([0, 0, 1, 1, 2]))]
    if shape.type_name == "boolean":
        return draw.random() < 0.5
    if shape.type_name in ("integer", "long"):
        return draw.choice([-1, 0, 1, 22, 100, 32767, 65535])
    if shape.type_name == "timestamp":
        return "2026-11-26T13:10:00.000Z"
    if getattr(shape, "enum", None):
        return draw.choice(shape.enum)
    return draw.choice(WORDS)


def draw_structure(draw, shape):
    return {name: draw_value(draw, member) for name, member in shape.members.items() if draw.random() < 0.7}


def draw_answer(draw, part):
    operation, listed, _in_xml, shape, _page = part
    output = model("ec2").operation_model(operation).output_shape.members[listed]
    if output.type_name == "structure":
        return {listed: draw_structure(draw, output)}
    items = [draw_structure(draw, output.member) for _ in range(draw.randint(0, 4))]
    for number, item in enumerate(items):
        item[SHAPES[shape][0][0]] = f"id-{number}"
    return {listed: items}


def ask(lines):
    run = subprocess.run(
        [os.environ["WEIR_CAPTURELINE"]], input="".join(f"{line}\n" for line in lines), capture_output=True, text=True,
        timeout=120, check=True,
    )
    return run.stdout.splitlines()


@pytest.mark.parametrize("number", range(len(PARTS)), ids=[part[0] for part in PARTS])
def test_xml_and_json_become_the_same(number, tmp_path):
    part = PARTS[number]
    if part[0] not in model("ec2").operation_names:
        pytest.skip("newer than the model")
    draw = random.Random(part[0])
    of = "pl-1" if part[1] == "Entries" else "tgw-rtb-1" if part[1] == "Routes" else ""
    lines = []
    for count in range(DRAWS):
        answer = draw_answer(draw, part)
        xml, saved = tmp_path / f"{count}.xml", tmp_path / f"{count}.json"
        xml.write_bytes(serialise("ec2", part[0], answer))
        saved.write_text(json.dumps(answer, indent=4), encoding="utf-8")
        lines += [f"x\t{number}\t{of}\t{xml}", f"j\t{number}\t{of}\t{saved}"]
    snapshots = ask(lines)
    assert len(snapshots) == 2 * DRAWS
    for count in range(DRAWS):
        one, other = snapshots[2 * count], snapshots[2 * count + 1]
        assert one.startswith('{"WeirNetwork":1'), one
        assert one == other, f"draw {count}"
        again = tmp_path / f"{count}.net.json"
        again.write_text(one, encoding="utf-8")
        json.loads(one)
    again = ask(f"s\t{number}\t\t{tmp_path / f'{count}.net.json'}" for count in range(DRAWS))
    assert [json.loads(line) for line in again] == [json.loads(line) for line in snapshots[::2]]
