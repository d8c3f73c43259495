"""lint.py - all checks that read the source: ./dev lint. Ends in `N passed, N failed`.

usage: lint.py [ROOT [CHECK...]]     ROOT needs build/dev/ configured for cppcheck and clang-tidy
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sizes  # noqa: E402
import tables  # noqa: E402
import words  # noqa: E402
from ctext import c_files  # noqa: E402

HERE = Path(__file__).parent
CLANG_FORMAT = 14  # another version breaks lines elsewhere
CORES = os.cpu_count() or 2


class Skip(Exception):
    """A tool is not here, or not in the version that the check is pinned to."""


def run(*command, **options):
    result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    return result.returncode, result.stdout + result.stderr


def lines(output, limit=40):
    kept = [line for line in output.split("\n") if line.strip()]
    return kept[:limit] + ([f"... and {len(kept) - limit} lines more"] if len(kept) > limit else [])


def each(function, items):
    """function(item) -> violations, for all items on all cores."""
    with ThreadPoolExecutor(CORES) as pool:
        return [line for found in pool.map(function, items) for line in found]


def layers(root):
    status, output = run("cmake", "-D", f"ROOT={root}", "-P", str(HERE / "layers.cmake"))
    return [line for line in lines(output, 100) if re.match(r"\w+/", line)] or ["failed"] if status else []


def headers(root):
    """Every header compiles alone, and those of the tui without the core's insides."""

    def compile_alone(path):
        room = path.relative_to(root).parts[0]
        includes = ["-I", f"{root}/core/include", "-I", f"{root}/{room}"]
        name = path.relative_to(f"{root}/{room}").as_posix().removeprefix("include/")
        flags = ["-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wstrict-prototypes", "-Werror", "-fsyntax-only"]
        status, output = run("cc", *flags, *includes, "-x", "c", "-include", name, "/dev/null")
        return lines(output, 6) if status else []

    return each(compile_alone, c_files(root, ("core", "tui"), (".h",)))


def layout(root):
    """clang-format would change nothing."""
    status, version = run("clang-format", "--version")
    major = re.search(r"version (\d+)", version)
    if status or not major or int(major.group(1)) != CLANG_FORMAT:
        raise Skip(f"clang-format {CLANG_FORMAT} is not here")

    def one(path):
        status, output = run("clang-format", "--dry-run", "--Werror", str(path), cwd=root)
        return [f"{path}: {output.count('error:')} places: ./dev format"] if status else []

    return each(one, c_files(root, ("core", "tui", "tests")))


def cppcheck(root):
    options = ["--enable=warning,portability,performance", "--inline-suppr", "--error-exitcode=1", "--quiet"]
    options += [f"-j{CORES}", "--std=c11", "--template={file}:{line}: {id}: {message}"]
    options += [f"-i{root}/tests", f"--suppressions-list={HERE / 'cppcheck.supp'}"]
    status, output = run("cppcheck", *options, f"--project={root}/build/dev/compile_commands.json")
    return lines(output) if status else []


def tidy(root):
    def one(path):
        status, output = run("clang-tidy", "-quiet", "-p", f"{root}/build/dev", str(path))
        return [line for line in lines(output) if re.search(r": (warning|error): ", line)] if status else []

    return each(one, c_files(root, ("core", "tui"), (".c",)))


def shell(root):
    status, output = run("shellcheck", "--format=gcc", "dev", ".ci/run", cwd=root)
    return lines(output) if status else []


CHECKS = {
    "layers": layers,
    "words": words.check,
    "sizes": sizes.check,
    "paths": sizes.check_paths,
    "tables": tables.check,
    "headers": headers,
    "layout": layout,
    "shell": shell,
    "cppcheck": cppcheck,
    "tidy": tidy,
}


def main(arguments):
    root = Path(arguments[0] if arguments else HERE.parent.parent).resolve()
    passed = failed = skipped = 0
    for name in arguments[1:] or CHECKS:
        try:
            found = CHECKS[name](root)
        except (Skip, FileNotFoundError) as why:
            print(f"skip  {name}: {why}")
            skipped += 1
            continue
        print(f"{'FAIL' if found else 'ok'}  {name}" + (f": {len(found)}" if found else ""), flush=True)
        for line in found:
            print(f"    {line.replace(f'{root}/', '')}")
        passed, failed = (passed, failed + 1) if found else (passed + 1, failed)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
