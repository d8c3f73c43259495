"""sizes.py - how long things may be, and how a file begins."""

import re
from pathlib import Path

from ctext import c_files, functions

FUNCTION_LINES = 60
FILE_LINES = {"core": 500, "tui": 500, "tests": 800}
COLUMNS = 120
TEXTS = (".c", ".h", ".py", ".sh", ".cmake")


def check(root):
    """Lines "path:line: what" of every violation below root."""
    found = []
    for path in c_files(root, ("core", "tui", "tests"), TEXTS):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")
        most = FILE_LINES[name.split("/")[0]]
        if len(lines) - 1 > most:
            found.append(f"{name}:{most}: {len(lines) - 1} lines, at most {most}: split by noun")
        long = [(number, len(line)) for number, line in enumerate(lines, 1) if len(line) > COLUMNS]
        found += [f"{name}:{number}: {columns} columns, at most {COLUMNS}" for number, columns in long]
        if path.suffix in (".c", ".h"):
            found += check_c(name, text)
    return found


def check_c(name, text):
    found = [
        f"{name}:{start}: {function} has {lines} lines, at most {FUNCTION_LINES}"
        for function, start, lines in functions(text)
        if lines > FUNCTION_LINES
    ]
    if not text.startswith("/*"):
        found.append(f"{name}:1: say what the file is")
    if name.endswith(".h") and not re.search(r"^#ifndef WEIR_\w+_H\n#define WEIR_\w+_H\n", text, re.M):
        found.append(f"{name}:1: no include guard WEIR_..._H")
    return found


ABSOLUTE = re.compile(r"(?<![\w.~}])/(?:home|root|work|Users)/[\w.-]+")


def check_paths(root):
    """No file names a place on the machine where it was written."""
    found = []
    for path in sorted(Path(root).rglob("*")):
        name = path.relative_to(root).as_posix()
        if not path.is_file() or re.match(r"(build|dist|\.git)/", name) or path.suffix in (".png", ".gz", ".pyc"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").split("\n"), 1):
            if ABSOLUTE.search(line) and not name.startswith("tests/lint/"):
                found.append(f"{name}:{number}: a path of one machine: {line.strip()[:80]}")
    return found
