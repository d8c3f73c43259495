"""The commands that are proposed are lines that the AWS CLI itself reads: it checks them and makes no request."""

import json
import os
import re
import shlex
import shutil
import subprocess

import pytest
from test_cases import FOLDERS, explain

AWS = os.environ.get("WEIR_AWS_CLI", "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else shutil.which("aws"))
ENVIRONMENT = {"PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null"}
NEWER = ("create-vpc-block-public-access-exclusion",)  # than the CLI of Debian 12


def commands(explainline, tmp_path):
    """One of each shape: numbers and addresses make no difference to the CLI's parser, families do."""
    shapes = {}
    for folder in FOLDERS:
        for told in explain(folder, explainline, tmp_path)[0]:
            for command in told["fix"]["commands"]:
                six = "v6" if re.search("/128|Ipv6", command) else "v4"
                shapes.setdefault(six + re.sub(r"\d+|[0-9a-f]*:[0-9a-f:]+", "0", command), command)
    return sorted(shapes.values())


def check(command):
    words = shlex.split(command)
    done = subprocess.run(
        [AWS, *words[1:], "--generate-cli-skeleton", "output"],
        capture_output=True,
        env=ENVIRONMENT,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.skipif(not AWS, reason="no AWS CLI here")
def test_the_cli_reads_them(explainline, tmp_path):
    found = [command for command in commands(explainline, tmp_path) if not any(name in command for name in NEWER)]
    assert len(found) >= 8
    for command in found:
        status, out, errors = check(command)
        assert status == 0, (command, errors)
        assert isinstance(json.loads(out), dict) if out.strip() else not errors


@pytest.mark.skipif(not AWS, reason="no AWS CLI here")
def test_the_check_can_fail():
    wrong = "aws ec2 create-network-acl-entry --network-acl-id acl-1 --ingress --rule-number x --protocol 6"
    assert check(wrong)[0] != 0
    wrong = "aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions 'IpRange=[{Cidr=x}]'"
    assert check(wrong)[0] != 0
