"""Exit codes, and the one line that says what to type instead."""

import os
import pty
import subprocess

import pytest
from cli import SMALL, run, write

USAGE = [
    (["--folow", "x"], "unknown option --folow; did you mean --follow?"),
    (["print", "--limt", "3", "x"], "did you mean --limit?"),
    (["-Z", "x"], "unknown option -Z"),
    (["print", "-o", "xml", "x"], "expected one of table|csv|jsonl|raw"),
    (["print", "-f", "dstport =", "x"], "filter: column "),
    (["print", "-f", "(reject", "x"], "filter: column "),
    (["print", "--fields", "srcadr", "x"], "did you mean srcaddr?"),
    (["print", "--format", "${nonsense}", "x"], "nonsense"),
    (["print", "--since", "sometime", "x"], "--since sometime: expected a time"),
    (["top"], "name a field and a source"),
    (["top", "nonsense", "x"], "top nonsense"),
    (["help", "nonsense"], "no command nonsense"),
    (["timeline", "-o", "raw", "x"], "-o raw belongs to print"),
    (["print", "--count", "0", "x"], "--count 0: expected a number from 1"),
]


@pytest.mark.parametrize("arguments, part", USAGE, ids=[" ".join(arguments) for arguments, _ in USAGE])
def test_wrong_usage_is_2_and_one_line(weir, tmp_path, arguments, part):
    write(tmp_path / "x", SMALL)
    out, err = run(weir, *arguments, status=2, cwd=tmp_path)
    assert out == ""
    assert err.startswith("weir: ") and err.count("\n") == 1 and part in err


def test_a_file_that_is_not_there_is_1(weir, tmp_path):
    out, err = run(weir, "print", tmp_path / "none.log", status=1)
    assert out == "" and err.startswith("weir: ") and err.count("\n") == 1 and "none.log" in err


def test_a_command_with_a_slip_is_named(weir, tmp_path):
    err = run(weir, "prnt", "x", status=1, cwd=tmp_path)[1]
    assert err.endswith("did you mean the command print?\n") and err.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0 and not os.path.exists("/usr/bin/setpriv"), reason="root may read everything")
def test_a_file_that_may_not_be_read_is_3(weir, tmp_path):
    path = write(tmp_path / "closed.log", SMALL)
    path.chmod(0)
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        if folder.owner() == "root" and folder != folder.parent and os.geteuid() == 0 and str(folder) != "/tmp":
            folder.chmod(0o755)
    drop = []
    if os.geteuid() == 0:
        drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    reachable = subprocess.run([*drop, "test", "-x", weir])
    if reachable.returncode:
        pytest.skip("another user cannot reach the program")
    done = subprocess.run([*drop, weir, "print", path], capture_output=True, timeout=60)
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith(b"weir: ") and done.stderr.count(b"\n") == 1


def test_without_a_source_it_says_what_to_type(weir):
    master, slave = pty.openpty()
    try:
        done = subprocess.run([weir], stdin=slave, capture_output=True, timeout=60)
    finally:
        os.close(master)
        os.close(slave)
    assert done.returncode == 2
    assert done.stderr.startswith(b"weir: name a source: ") and done.stderr.count(b"\n") == 1
    assert b"demo, which needs no AWS account" in done.stderr


def test_live_tail_is_not_started_without_being_asked(weir):
    for command in ([], ["print"]):
        done = subprocess.run(
            [weir, *command, "tail:/example/group"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60
        )
        assert done.returncode == 2 and b"--yes" in done.stderr and done.stderr.count(b"\n") == 1


def test_help_and_version_are_0(weir):
    assert "Usage:" in run(weir, "help")[0]
    assert run(weir, "--help")[0] == run(weir, "help")[0]
    assert run(weir, "help", "top")[0] == run(weir, "top", "-h")[0]
    assert run(weir, "version")[0] == run(weir, "--version")[0]
    assert run(weir, "version")[0].startswith("weir ")
    assert "default" in run(weir, "--list-themes")[0].split("\n")
    assert "|" in run(weir, "--keys-table")[0]


def test_a_file_with_the_name_of_a_command(weir, tmp_path):
    write(tmp_path / "print", SMALL)
    assert run(weir, "./print", "-o", "raw", cwd=tmp_path)[0].split("\n")[:-1] == SMALL
    assert run(weir, "print", "print", "-o", "raw", cwd=tmp_path)[0].split("\n")[:-1] == SMALL
    assert run(weir, "-o", "raw", "--", "print", cwd=tmp_path)[0].split("\n")[:-1] == SMALL


def test_without_a_terminal_it_prints(weir, tmp_path):
    path = write(tmp_path / "flow.log", SMALL)
    assert run(weir, path)[0] == run(weir, "print", path)[0]
    assert run(weir, "-o", "jsonl", path)[0] == run(weir, "print", "-o", "json", path)[0]
