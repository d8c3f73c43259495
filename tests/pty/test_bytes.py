"""What goes over the wire to the terminal, byte by byte."""

import os
import re
import subprocess

import oracle
import pytest
from conftest import TESTS
from harness import NOW, dashboard, settled

WALK = "j k ^D ^U g G Tab Tab Esc t t Esc i i e E [ ] z Z x x o o T T ? Esc : Esc Enter Esc"
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")
PAYLOADS = TESTS / "cases" / "sanitize" / "payloads.txt"


def walk(term):
    """Visits every part of the screen."""
    for key in WALK.split():
        term.keys(key)
        term.quiet_for(0.02)
    term.wait_for(settled)
    term.keys("Q")
    assert term.wait_exit() == 0


def payloads():
    """Hostile texts; \\xNN is a byte and \\\\ a backslash, as the file itself says."""
    lines = [line for line in PAYLOADS.read_bytes().split(b"\n") if line and not line.startswith(b"# ")]
    unescape = re.compile(rb"\\x([0-9a-fA-F]{2})|\\\\")
    return [unescape.sub(lambda m: bytes([int(m.group(1), 16)]) if m.group(1) else b"\\", line) for line in lines]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A flow log with every payload in every text field, as a line of its own, and as a surplus column."""
    path = tmp_path_factory.mktemp("hostile") / "flow.log"
    fields = b"2 123456789012 eni-0a5b2c3d4e5f607ab 203.0.113.5 10.0.1.46 31345 22 6 3 172"
    fields += b" 1795442400 1795442430 REJECT OK"
    lines = []
    for payload in payloads():
        word = re.sub(rb"[ \n]", b"_", payload)
        columns = fields.split(b" ")
        for k in (1, 2, 12, 13):
            lines.append(b" ".join(columns[:k] + [columns[k] + word] + columns[k + 1 :]))
        lines += [payload.replace(b"\n", b"_"), fields + b" " + word, word + b" " + fields]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_only_sequences_of_the_terminal_are_sent(weir, size):
    with dashboard(weir, size=size) as term:
        walk(term)
        assert oracle.violations(term.output) == []


@pytest.mark.parametrize("term_name", ["xterm-256color", "xterm", "screen", "linux", "vt100"])
def test_only_sequences_of_terminal(weir, term_name):
    with dashboard(weir, term=term_name) as term:
        walk(term)
        assert oracle.violations(term.output, term=term_name) == []


def test_hostile_lines_do_not_drive_the_terminal(weir, hostile):
    with dashboard(weir, hostile, size=(200, 50)) as term:
        for _ in range(40):
            term.keys("PgUp")
            term.quiet_for(0.02)
        term.keys("!")
        term.quiet_for(0.2)
        term.keys("Esc x g")
        walk(term)
        assert oracle.violations(term.output) == []


@pytest.mark.parametrize("output", ["table", "csv", "jsonl", "raw"])
def test_hostile_lines_are_harmless_on_standard_output(weir, hostile, output):
    done = subprocess.run([weir, "print", "-o", output, hostile], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b"\n") > 100
    for stream in (done.stdout, done.stderr):
        assert oracle.bad_text(stream.replace(b"\n", b" ")) == []


def test_hostile_names_are_harmless_in_errors(weir):
    done = subprocess.run([weir, "print", "\x1b]0;x\x07\x9b31m.log"], capture_output=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
    assert oracle.bad_text(done.stderr.replace(b"\n", b" ")) == []


@pytest.mark.parametrize("size", [(80, 24), (200, 50), (60, 12)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_c_locale_sends_no_byte_above_7f(weir, size):
    with dashboard(weir, locale="C", size=size) as term:
        walk(term)
        assert not [byte for byte in term.output if byte > 0x7F]
        assert oracle.violations(term.output, ascii_only=True) == []


def test_no_color_sends_no_colour(weir):
    with dashboard(weir, env={"NO_COLOR": "1"}) as term:
        walk(term)
        assert COLOUR.findall(bytes(term.output)) == []


def test_colour_is_sent_without_no_color(weir):
    """The other half of the test above: it can fail."""
    with dashboard(weir) as term:
        assert COLOUR.search(bytes(term.output))


def test_nothing_is_written_while_nothing_changes(weir, flows):
    for arguments in ((flows(5000),), ("demo", "--now", NOW)):
        with dashboard(weir, *arguments) as term:
            term.settle()
            assert term.quiet_for(3) == 0


def test_an_idle_program_uses_no_processor(weir, flows):
    with dashboard(weir, flows(5000)) as term:
        term.settle()
        before = term.cpu_seconds()
        term.quiet_for(3)
        assert term.cpu_seconds() - before <= 0.1


def test_keys_come_from_the_terminal_while_data_comes_on_stdin(weir, flows):
    with open(flows(5000), "rb") as data:
        with dashboard(weir, "-", stdin=data.fileno()) as term:
            term.keys("?")
            term.wait_for("one record down")  # the list of keys
            term.keys("Esc Q")
            assert term.wait_exit() == 0


def test_plain_weir_prints_when_standard_output_is_no_terminal(weir, flows):
    plain = subprocess.run([weir, flows(500)], capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    printed = subprocess.run([weir, "print", flows(500)], capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout == printed.stdout
    assert plain.stdout.count(b"\n") >= 500


def test_no_clipboard_sequence_without_the_copy_key(weir):
    with dashboard(weir, env={"TMUX": "", "SSH_TTY": os.environ.get("SSH_TTY", "")}) as term:
        walk(term)
        assert b"\x1b]52" not in term.output
