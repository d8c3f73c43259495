"""tables.py - what the documents list is what the program has: README's tables are made by the program."""

import re
import subprocess
from pathlib import Path

# marker in README.md, how the program writes what belongs there
TABLES = {
    "keys": ["--keys-table"],
}


def between(text, marker):
    match = re.search(rf"<!-- {marker} -->\n(.*?)<!-- /{marker} -->", text, re.S)
    return match.group(1).strip() if match else None


def check(root, program=None):
    """Lines "README.md: what" of every table that differs; program is the binary's path."""
    readme = Path(root, "README.md").read_text(encoding="utf-8")
    built = (Path(root, "build", name, "weir") for name in ("dev", "release"))
    program = program or next((path for path in built if path.exists()), None)
    if not program:
        return ["README.md: no program in build/dev or build/release to compare with"]
    found = []
    for marker, arguments in TABLES.items():
        documented = between(readme, marker)
        made = subprocess.run([program, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if documented is None:
            found.append(f"README.md: no <!-- {marker} --> ... <!-- /{marker} -->")
        elif made.returncode:
            found.append(f"README.md: weir {' '.join(arguments)} failed: {made.stderr.strip()}")
        elif documented != made.stdout.strip():
            found.append(f"README.md: the {marker} table is not what weir {' '.join(arguments)} prints: put that there")
    return found
