"""Streams that do not end, readers that go away, signals, and text that means harm."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from cli import ACCEPTED, HEADER, SMALL, generate, run, stats_of, write

PAYLOADS = Path(__file__).resolve().parent.parent / "cases" / "sanitize" / "payloads.txt"


def start(weir, *arguments, **options):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([weir, *map(str, arguments)], **{**pipes, **options})


def finish(process, timeout=30):
    out, err = process.communicate(timeout=timeout)
    return process.returncode, out.decode(), err.decode()


def test_what_came_is_printed_while_the_stream_goes_on(weir):
    process = start(weir, "print", "-", "-o", "raw")
    process.stdin.write((ACCEPTED + "\n").encode())
    process.stdin.flush()
    assert process.stdout.readline().decode() == ACCEPTED + "\n"
    assert process.poll() is None
    assert finish(process)[0] == 0


def test_follow_sees_a_file_grow(weir, tmp_path):
    path = write(tmp_path / "x.log", [ACCEPTED])
    process = start(weir, "print", "-F", "-o", "raw", "--count", 2, path)
    assert process.stdout.readline().decode() == ACCEPTED + "\n"
    with open(path, "a") as file:
        file.write(SMALL[1] + "\n")
    status, out, err = finish(process)
    assert (status, out, err) == (0, SMALL[1] + "\n", "")


def test_timeout_ends_with_what_there_is(weir, tmp_path):
    path = write(tmp_path / "x.log", SMALL)
    for command, lines in ((["print", "-o", "raw"], 5), (["top", "srcaddr", "-o", "jsonl"], 3)):
        began = time.monotonic()
        out = run(weir, *command, "-F", "--timeout", "1s", path)[0]
        assert out.count("\n") == lines
        assert 1 <= time.monotonic() - began < 20
    process = start(weir, "print", "-", "-o", "raw", "--timeout", "1")
    assert process.wait(timeout=20) == 0
    process.communicate()


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("command", [["print", "-o", "raw"], ["top", "srcaddr", "-o", "jsonl"]], ids=["print", "top"])
def test_a_signal_ends_in_good_order(weir, tmp_path, command, number, status):
    path = write(tmp_path / "x.log", SMALL)
    process = start(weir, "print", "-F", "-o", "raw", path) if command[0] == "print" else None
    if process:
        for _ in SMALL:
            process.stdout.readline()
    else:
        # nothing is printed before the end, so the file is a pipe that says when it was read
        process = start(weir, *command, "-", "--stats")
        process.stdin.write("".join(line + "\n" for line in SMALL * 20000).encode())
        process.stdin.flush()
    process.send_signal(number)
    code, out, err = finish(process)
    assert code == status, err
    if command[0] == "top":
        stats = stats_of(err)
        assert sum(json.loads(line)["records"] for line in out.split("\n")[:-1]) == stats["records"]


def test_a_reader_that_goes_away_is_no_error(weir, tmp_path):
    path = write(tmp_path / "x.log", SMALL * 20000)
    process = start(weir, "print", "-o", "raw", path)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=30) == 0
    assert process.stderr.read() == b""
    process.stdin.close()
    process.stderr.close()


def test_a_reader_that_goes_away_ends_following_too(weir, tmp_path):
    process = start(weir, "print", "-F", "-o", "raw", write(tmp_path / "x.log", SMALL))
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=30) == 0
    process.stdin.close()
    process.stderr.close()


def test_a_closed_or_full_output_is_1(weir, tmp_path):
    path = write(tmp_path / "x.log", SMALL)
    done = subprocess.run(["sh", "-c", '"$0" print "$1" >&-', weir, path], capture_output=True, timeout=30)
    assert done.returncode == 1 and done.stderr.startswith(b"weir: cannot write to standard output")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([weir, "print", path], stdout=full, stderr=subprocess.PIPE, timeout=30)
    assert done.returncode == 1 and done.stderr.startswith(b"weir: cannot write to standard output")


def test_a_reader_that_stands_still_does_not_hold_an_interrupt(weir, tmp_path):
    path = write(tmp_path / "x.log", SMALL * 20000)
    reader, writer = os.pipe()
    process = subprocess.Popen([weir, "print", "-o", "raw", path], stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    os.set_blocking(reader, False)
    deadline = time.monotonic() + 30
    first = b""
    while not first and time.monotonic() < deadline:
        try:
            first = os.read(reader, 1)
        except BlockingIOError:
            time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            os.read(reader, 1 << 16)
        except BlockingIOError:
            time.sleep(0.01)
    assert process.wait(timeout=1) == 130
    os.close(reader)
    process.stderr.close()


def payloads():
    hostile = [b"\x1b[31m", b"\x1b]0;owned\x07", b"\x9b31m", b"\xc2\x9b31m", b"\x08\x7f", b"\xe2\x80\xae", b"\xff\xfe",
               b"\x1b]52;c;AAAA\x07", b"\xe2\x80\x8b", b"\xef\xbb\xbf", b"\x1bP", b"\x0e"]  # fmt: skip
    if PAYLOADS.exists():
        hostile += [line.split(b"\t")[0] for line in PAYLOADS.read_bytes().split(b"\n") if line and line[:1] != b"#"]
    return [bytes(line).replace(b" ", b"") for line in hostile]


def assert_harmless(data):
    text = data.decode()
    bad = [char for char in text if char != "\n" and (ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0)]
    assert not bad, bad[:10]
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff\u2028")


@pytest.mark.parametrize("form", ["table", "csv", "jsonl", "raw"])
def test_hostile_text_never_comes_out_raw(weir, tmp_path, form):
    line = ACCEPTED.encode()
    lines = [HEADER.encode()]
    for payload in payloads():
        lines += [line.replace(b"eni-0a5b", b"eni-" + payload), line.replace(b"192.0.2.10", payload), payload]
        lines += [line + b" " + payload]
    path = tmp_path / "x.log"
    path.write_bytes(b"\n".join(lines) + b"\n")
    done = subprocess.run([weir, "print", "--stats", "-o", form, path], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert_harmless(done.stdout)
    assert_harmless(done.stderr)
    assert stats_of(done.stderr.decode())["records"] > 0


def test_hostile_arguments_never_come_out_raw(weir, tmp_path):
    for word in (b"--\x1b[31m", b"-\x1b", b"\x1b]0;x\x07.log", b"\xff\x9b.log"):
        for command in ([word], [b"print", word], [b"print", b"-f", word, b"x"], [b"top", word, b"x"]):
            done = subprocess.run([weir, *command], capture_output=True, timeout=60, cwd=tmp_path)
            assert done.returncode in (1, 2)
            assert done.stdout == b""
            assert_harmless(done.stderr)
            assert done.stderr.count(b"\n") == 1


def test_a_pipe_comes_out_in_order(weir, tmp_path):
    lines = generate(30000, seed=3)
    out, err = run(weir, "print", "-", "-o", "raw", "--memory", "4M", "--stats", data="\n".join(lines).encode())
    assert out.split("\n")[:-1] == lines
    assert stats_of(err)["lines"] == len(lines)
