"""ctext.py - C files as the lint sees them: code with comments and texts blanked, line for line."""

import re
from pathlib import Path

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def c_files(root, folders, suffixes=(".c", ".h")):
    """C files of some folders below root, sorted, as paths."""
    found = (path for folder in folders for path in Path(root, folder).rglob("*") if path.suffix in suffixes)
    return sorted(path for path in found if path.is_file())


def blank(text, keep_comments=False):
    """The text with string bodies (and comments) replaced by spaces; line numbers stay."""

    def replace(match):
        token = match.group()
        if token.startswith(("//", "/*")):
            return token if keep_comments else re.sub(r"[^\n]", " ", token)
        return token[0] + " " * (len(token) - 2) + token[-1]

    return TOKEN.sub(replace, text)


def line_comments(text):
    """Line numbers of // comments."""
    return [text.count("\n", 0, match.start()) + 1 for match in TOKEN.finditer(text) if match.group().startswith("//")]


def functions(text):
    """(name, first line, lines) of every function: its signature to its brace in column 0."""
    lines = blank(text).split("\n")
    head = 0
    for number, line in enumerate(lines, 1):
        if line[:1].strip() and not line.startswith(("{", "}", "#")):
            head = number
        if line == "{":
            name = re.search(r"(\w+)\s*\(", " ".join(lines[head - 1 : number - 1]))
            start = head
        if line == "}" and head:
            if name:
                yield name.group(1), start, number - start + 1
            head, name = 0, None
