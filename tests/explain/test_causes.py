"""docs/causes.md has a section for each row of cause.def, in its order and with its words; it tells the lines of
assumptions and missing things as the explanations do, and the caps as they are applied."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CAUSES = ROOT / "core/include/weir/cause.def"
PREMISES = ROOT / "core/explain/premise_words.c"
DECIDE = ROOT / "core/explain/decide.c"
DOCUMENT = ROOT / "docs/causes.md"
ROW = re.compile(r'^X\((\w+), +"([\w-]+)", +"(R\d+)", +(true|false), +"([^"]*)"\)$', re.M)
SECTION = re.compile(r"^### (R\d+): ([\w-]+)\n\n\*\*(.*?)\.\*\*( Usually harmless\.)?\n\n((?:[- ].*\n)+)", re.M)


def rows():
    text = CAUSES.read_text(encoding="utf-8")
    found = ROW.findall(text)
    assert len(found) == len(re.findall(r"^X\(", text, re.M)), "a row of cause.def is not understood"
    return found


def document():
    return DOCUMENT.read_text(encoding="utf-8")


def test_every_row_has_its_section():
    wanted = [(row, name, words[0].upper() + words[1:], harmless) for _, name, row, harmless, words in rows()]
    told = [(row, name, words, "true" if harmless else "false") for row, name, words, harmless, _ in sections()]
    assert told == wanted


def sections():
    found = SECTION.findall(document())
    assert len(found) == document().count("\n### "), "a section is not understood"
    return found


def test_every_section_tells_when_how_sure_and_what_to_do():
    for row, _, _, _, body in sections():
        assert re.findall(r"^- \*\*(\w+)\*\*: ", body, re.M) == ["When", "Confidence", "Do"], row
        assert re.search(r"\*\*Confidence\*\*: (\d+|as R\d+)", body), row


def tables(heading):
    """The first cells of the tables under a heading."""
    part = document().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (.*?) \|", part, re.M)
    return [cell for cell in cells if cell not in ("line", "assumed or missing")]


def test_lines_are_those_of_explanations():
    source = PREMISES.read_text(encoding="utf-8").split("assumption_lines")[0] + PREMISES.read_text(
        encoding="utf-8"
    ).split("} missing[] = {")[1].split("part_line")[0]
    lines = re.findall(r'\{(?:PREMISE|DOUBT)_\w+, (?:(?:true|false), )?"(.*?)"\}', source)
    assert len(lines) == len(re.findall(r"\{(?:PREMISE|DOUBT)_", source))
    assert tables("Assumed, and missing") == lines


def test_caps_are_those_that_are_applied():
    source = DECIDE.read_text(encoding="utf-8").split("} caps[] = {")[1].split("};")[0]
    applied = {int(most) for most in re.findall(r"\{PREMISE_\w+, ON_\w+, (\d+)\}", source)}
    part = document().split("\n## Confidence\n")[1].split("\n## ")[0]
    told = {int(most) for most in re.findall(r"^\| .* \| (\d+) \| .* \|$", part, re.M)}
    assert applied == told and len(re.findall(r"PREMISE_", source)) == 9
    assert len(tables("Confidence")) == 7
