"""Golden screens: NAME.script says what is done, NAME.screen what is seen then, at every size and locale.

A script has one statement a line ('#' begins a comment):

    args demo --seed 7          what the program is started with; --now is added. {flows} is a generated file
    size 200x50 80x24           sizes to run it at
    locale C.UTF-8 C            locales to run it in
    covers help filter          commands of the key table that this script is the test of (see test_coverage.py)
    env NAME=VALUE
    keys j j Tab /              keys by name
    type dstport = 22           text as if typed
    wait [TEXT]                 until TEXT is on the screen; without, until nothing is pending
    dump WHAT                   the screen must now become what NAME.screen has for WHAT, size and locale
    resize 80x24
    continue                    the program must have stopped; it goes on, as after fg
    leaves STATUS               the program must end by itself

UPDATE=1 writes NAME.screen anew: read the difference as a user would before it is committed.
"""

import difflib
import os
import re
import signal
from pathlib import Path

import pytest
from harness import NOW, Gone, Terminal, settled

HERE = Path(__file__).parent
SIZES = "200x50 120x40 80x24 60x12 30x5"
UPDATE = os.environ.get("UPDATE") == "1"
TITLE = re.compile(r"^==== (\S+ \S+ \S+)$", re.M)


def statements(path):
    """(word, rest) of every line of a script."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        word, _, rest = line.partition(" ")
        if word.strip() and not word.startswith("#"):
            yield word, rest if word == "type" else rest.strip()


def setting(path, name, default):
    return next((rest for word, rest in statements(path) if word == name), default)


def runs():
    """Every script with every size and locale that it asks for."""
    for path in sorted(HERE.glob("*.script")):
        for size in setting(path, "size", SIZES).split():
            for locale in setting(path, "locale", "C.UTF-8").split():
                yield pytest.param(path, size, locale, id=f"{path.stem}-{size}-{locale}")


def read_goldens(path):
    """Title -> screen text."""
    if not path.exists():
        return {}
    pieces = TITLE.split(path.read_text(encoding="utf-8"))
    return {title: text.strip("\n") for title, text in zip(pieces[1::2], pieces[2::2])}


def write_golden(path, title, text):
    goldens = read_goldens(path)
    goldens[title] = text
    path.write_text("".join(f"==== {key}\n{goldens[key]}\n\n" for key in sorted(goldens)), encoding="utf-8")


def screen_text(term):
    """The screen as a golden has it: a bar at both ends shows blank lines and widths."""
    return "\n".join(f"|{line}" for line in term.lines())


class Run:
    """One script at one size in one locale."""

    def __init__(self, term, path, size, locale):
        self.term = term
        self.golden = path.with_suffix(".screen")
        self.place = f"{size} {locale}"
        self.done = False

    def do(self, word, rest):
        getattr(self, f"do_{word}")(rest)

    def do_keys(self, rest):
        self.term.keys(rest)

    def do_type(self, rest):
        self.term.type(rest)

    def do_wait(self, rest):
        self.term.wait_for(rest or settled)

    def do_resize(self, rest):
        self.term.resize(*map(int, rest.split("x")))

    def do_continue(self, rest):
        self.term.wait_state("T")
        self.term.signal(signal.SIGCONT)

    def do_leaves(self, rest):
        assert self.term.wait_exit() == int(rest)

    def do_dump(self, rest):
        title = f"{rest} {self.place}"
        if UPDATE:
            self.term.settle()
            write_golden(self.golden, title, screen_text(self.term))
            return
        expected = read_goldens(self.golden).get(title)
        assert expected is not None, f"{self.golden.name} has no {title}: UPDATE=1 makes it"
        try:
            self.term.wait_for(lambda term: screen_text(term) == expected, timeout=10)
        except Gone:
            found = screen_text(self.term)
            lines = difflib.unified_diff(expected.split("\n"), found.split("\n"), "expected", "found", lineterm="", n=1)
            pytest.fail(f"{self.golden.name}, {title}:\n" + "\n".join(lines), pytrace=False)


SETTINGS = {"args", "size", "locale", "covers", "env"}


@pytest.mark.parametrize("path, size, locale", runs())
def test_screen(weir, flows, path, size, locale):
    arguments = setting(path, "args", "demo").replace("{flows}", flows(20000).name).split()
    env = dict(rest.split("=", 1) for word, rest in statements(path) if word == "env")
    columns, lines = map(int, size.split("x"))
    # A new directory, so that nothing of the machine is on the screen.
    command = [weir, *arguments, "--now", NOW]
    with Terminal(command, size=(columns, lines), locale=locale, env=env, cwd=flows(20000).parent) as term:
        run = Run(term, path, size, locale)
        term.wait_for(settled)
        for word, rest in statements(path):
            if word not in SETTINGS:
                run.do(word, rest)


def test_there_are_scripts():
    assert list(runs())
