"""test_canary.py - where a secret could show: what the system tells of the process, crashes, exports, errors. All other
tests are searched too, see tests/support/canary.py.
"""

import os
import resource
import signal
import subprocess
from pathlib import Path

import canary
import pytest
from harness import Terminal, settled
from reading import GROUP, Reading, fill

PROC = ("environ", "cmdline", "status", "maps")


def test_the_check_can_fail(tmp_path):
    with pytest.raises(AssertionError):
        canary.check("AKIA x-CANARY", "here")
    (tmp_path / "leak").write_bytes(b"\0\0secret-CANARY\0")
    with pytest.raises(AssertionError):
        canary.check_files(tmp_path)
    (tmp_path / "leak").unlink()


def test_the_system_does_not_tell(weir, aws):
    fill(aws, 5)
    env = aws.env(aws.home, AWS_SESSION_TOKEN=None, HTTPS_PROXY="http://me:proxy-CANARY@127.0.0.1:9")
    with Reading(weir, aws, "-F", f"cw:{GROUP}", env=env) as reading:
        reading.has(*range(5))
        for name in PROC:
            canary.check(Path(f"/proc/{reading.process.pid}/{name}").read_bytes(), name)
        assert b"AWS_SECRET_ACCESS_KEY=" in Path(f"/proc/{reading.process.pid}/environ").read_bytes()


def test_a_crash_leaves_nothing(weir, aws):
    fill(aws, 5)
    free = lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)  # noqa: E731
    command = [weir, "print", "-F", "-o", "raw", f"cw:{GROUP}"]
    env = {**aws.env(aws.home), "ASAN_OPTIONS": "handle_abort=0:disable_coredump=0"}
    with subprocess.Popen(command, env=env, cwd=aws.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          preexec_fn=free) as process:
        process.stdout.readline()
        os.kill(process.pid, signal.SIGABRT)
        said = process.communicate()
    for text in said:
        canary.check(text, "a crash")
    canary.check_files(aws.home)


def test_exports_and_the_copied_command_line(weir, aws):
    fill(aws, 5)
    with Terminal([weir, f"cw:{GROUP}"], env=aws.env(aws.home), cwd=aws.home, size=(120, 40)) as term:
        term.wait_for(settled)
        term.type(":w out.jsonl")
        term.keys("Enter")
        term.eventually(lambda _: (aws.home / "out.jsonl").exists() and (aws.home / "out.jsonl").read_bytes())
        term.keys("y")
        term.wait_for("command")
        term.keys("Esc q")
        term.wait_exit()
    canary.check_files(aws.home)


@pytest.mark.parametrize("action", ["expired_credentials", "access_denied", "skew", "garbage", "broken_json"])
def test_errors_do_not_tell(weir, aws, action):
    fill(aws, 5)
    aws.faults.add(action)
    for command in (["print", f"cw:{GROUP}"], ["list"], ["doctor"]):
        done = subprocess.run([weir, *command], env=aws.env(aws.home), capture_output=True, timeout=90)
        assert done.returncode != 0 or action == "skew"
    aws.violations.clear()
