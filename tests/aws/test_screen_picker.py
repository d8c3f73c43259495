"""The list of flow logs that weir opens with, against the loopback AWS. NAME.script says what is done, as in
tests/screen/test_screens.py; what is seen is said here too, because the server's port is another one each time:

    cursor TEXT   wait until the line of the cursor has it
    hides TEXT    wait until it is nowhere on the screen
    opens         wait until the dashboard is there
"""

import re
import subprocess
from pathlib import Path

import pytest
from accounts import three_flow_logs
from harness import Terminal, settled
from test_screens import SETTINGS, Run, setting, statements

HERE = Path(__file__).parent


def scripts():
    for path in sorted(HERE.glob("picker*.script")):
        for size in setting(path, "size", "80x24").split():
            yield pytest.param(path, size, id=f"{path.stem}-{size}")


class PickerRun(Run):
    def do_cursor(self, rest):
        self.term.wait_for(lambda term: any(line[:1] in "▸>" and rest in line for line in term.lines() if line))

    def do_hides(self, rest):
        self.term.wait_for(lambda term: rest not in term.text())

    def do_opens(self, rest):
        self.term.wait_for(settled)


def picker(weir, aws, size=(80, 24), **more):
    return Terminal([weir, *more.pop("arguments", [])], size=size, env=aws.env(aws.home, **more), cwd=aws.home)


@pytest.mark.parametrize("path, size", scripts())
def test_picker(weir, aws, path, size):
    three_flow_logs(aws.world)
    with picker(weir, aws, tuple(map(int, size.split("x")))) as term:
        run = PickerRun(term, path, size, "C.UTF-8")
        for word, rest in statements(path):
            if word not in SETTINGS:
                run.do(word, rest)


def test_a_failed_delivery_and_the_format_are_on_the_list(weir, aws):
    three_flow_logs(aws.world)
    with picker(weir, aws, (200, 50)) as term:
        term.wait_for("Access error")
        assert "v2 default" in term.text() and "v3, 19 fields" in term.text()


def test_it_is_never_blank_and_leaves_at_once_while_aws_hangs(weir, aws):
    aws.faults.add("hang", operation="DescribeFlowLogs")
    with picker(weir, aws) as term:
        term.wait_for(re.compile("asking|does not answer"), timeout=10)
        term.keys("q")
        assert term.wait_exit(timeout=5) == 0


def test_a_failure_has_its_reason_and_a_way_out(weir, aws):
    with picker(weir, aws, AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None) as term:
        term.wait_for("weir demo shows")
        term.keys("q")
        assert term.wait_exit() == 0


def test_a_region_without_flow_logs(weir, aws):
    with picker(weir, aws, arguments=["--region", "eu-west-1"]) as term:
        term.wait_for("There are no flow logs in this region")
        term.wait_for("eu-west-1")


def test_list_says_the_same_without_a_screen(weir, aws):
    three_flow_logs(aws.world)
    done = subprocess.run([weir, "list"], env=aws.env(aws.home), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 4 and lines[0].startswith("NAME") and "cw:/vpc/prod" in done.stdout
    assert any("lake" in line and "arquet" in line for line in lines)


def test_whose_data_it_is_stays_on_the_screen(weir, aws):
    three_flow_logs(aws.world)
    for size in ((200, 50), (80, 24), (60, 12), (40, 10), (30, 5)):
        with picker(weir, aws, size, arguments=["cw:/vpc/prod"]) as term:
            term.wait_for("us-east-1 123456789012")
            assert "us-east-1 123456789012" in term.line(0)
            if size[0] >= 80:
                term.wait_for("ENDPOINT OVERRIDE")
