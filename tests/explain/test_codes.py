"""docs/codes.md is the table core/explain/code.def, with the cases that show each code. UPDATE=1 writes it anew."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATHS = ROOT / "tests/explain/paths"
DOCUMENT = ROOT / "docs/codes.md"
ROW = re.compile(r'^X\((\w+), "(\w+)", "([^"]*)", "([^"]*)"\)$', re.M)
BLOCK = re.compile(r"<!-- codes -->\n(.*?)<!-- /codes -->", re.S)

# told of records, not of components: no path shows them
OF_RECORDS = {
    "FL_STALE_AFTER_CLOSE",
    "FL_IDLE_TIMEOUT",
    "FL_LATE_UDP_REPLY",
    "FL_CUT_BY_CHANGE",
    "FL_NO_REPLY",
    "FL_RULES_ALLOW_NOW",
    "FL_LOG_GAP",
}
# explanation, configuration, search filter and detail codes of the guide
OF_AWS = 71 + 5 + 13 + 11


def codes():
    return [match.groups() for match in ROW.finditer((ROOT / "core/explain/code.def").read_text(encoding="utf-8"))]


def shown():
    """code -> names of the cases whose expected paths have it"""
    found = {}
    for path in sorted(PATHS.glob("*/expected.txt")):
        for code in re.findall(r"  \[([A-Z0-9_]+)\]$", path.read_text(encoding="utf-8"), re.M):
            names = found.setdefault(code, [])
            if path.parent.name not in names:
                names.append(path.parent.name)
    return found


def table():
    cases = shown()
    rows = ["| code | what it says | needs | shown by |", "|---|---|---|---|"]
    for _, name, needs, words in codes():
        rows.append(f"| {name} | {words} | {needs} | {', '.join(cases.get(name, [])) or '–'} |")
    return "\n".join(rows) + "\n"


def test_document_is_the_table():
    text = DOCUMENT.read_text(encoding="utf-8")
    if os.environ.get("UPDATE"):
        text = BLOCK.sub(lambda _: f"<!-- codes -->\n{table()}<!-- /codes -->", text)
        DOCUMENT.write_text(text, encoding="utf-8")
    match = BLOCK.search(text)
    assert match, "docs/codes.md has no <!-- codes --> ... <!-- /codes -->"
    assert match.group(1) == table(), "docs/codes.md is not core/explain/code.def: UPDATE=1"


def test_every_code_is_shown():
    names = [name for _, name, _, _ in codes()]
    assert len(names) == len(set(names))
    assert {f"CODE_{name}" for name in names} == {id for id, _, _, _ in codes()}
    assert set(names) - OF_RECORDS - set(shown()) == set()
    assert set(shown()) <= set(names)


def test_every_code_of_aws_has_its_place():
    told = {name for _, name, _, _ in codes() if not name.startswith("FL_")}
    rest = DOCUMENT.read_text(encoding="utf-8").split("## Not told")[1]
    not_told = re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b", " ".join(re.findall(r"^\| (.*?) \|", rest, re.M)))
    assert len(not_told) == len(set(not_told))
    assert not told & set(not_told)
    assert len(told) + len(not_told) == OF_AWS
