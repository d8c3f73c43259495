"""test_credentials.py - where credentials come from, each kind used for real against a bench that checks signatures:
files, roles, web identity, programs, container, instance, the AWS CLI; and what is said where there are none.
"""

import json
import subprocess
import sys
import time

import pytest
import sts
from reading import GROUP, Reading, fill

ROLE = "arn:aws:iam::123456789012:role/reader"
NO_KEYS = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}


@pytest.fixture
def home(aws):
    """Writes ~/.aws/config and ~/.aws/credentials."""
    folder = aws.home / ".aws"
    folder.mkdir()

    def write(config="", credentials=""):
        user = {"KEY": aws.user.access_key, "SECRET": aws.user.secret}
        for name, text in (("config", config), ("credentials", credentials)):
            path = folder / name
            path.write_text(text.format(**user, HOME=aws.home))
            path.chmod(0o600)

    write()
    aws.world.flow_log(GROUP, tags={"Name": "prod"})
    return write


def ask(weir, aws, *options, status=0, **env):
    """`weir list`: one question that needs credentials. Returns (output, errors)."""
    done = subprocess.run([weir, "list", *options], env=aws.env(aws.home, **{**NO_KEYS, **env}), capture_output=True,
                          text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    if status == 0:
        assert "prod" in done.stdout
    return done.stdout, done.stderr


KEYS = "aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
WRONG = "aws_access_key_id = AKIAWRONG\naws_secret_access_key = wrong-CANARY\n"

FILES = [
    ("credentials file", "", f"[default]\n{KEYS}", []),
    ("config file", f"[default]\n{KEYS}", "", []),
    ("credentials file wins", f"[default]\n{WRONG}", f"[default]\n{KEYS}", []),
    ("named profile", "[profile prod]\nregion = us-east-1\n", f"[default]\n{WRONG}[prod]\n{KEYS}",
     ["--profile", "prod"]),
    ("quoted name", f'[profile "a b"]\n{KEYS}', "", ["--profile", "a b"]),
    ("comments and nesting", f"# a\n[default]\ns3 =\n  aws_access_key_id = no\n; b\n{KEYS}", "", []),
    ("CRLF and BOM", "", "\ufeff[default]\r\n" + KEYS.replace("\n", "\r\n"), []),
]


@pytest.mark.parametrize("config,credentials,options", [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_files(weir, aws, home, config, credentials, options):
    home(config, credentials)
    ask(weir, aws, *options)


def test_the_environment_wins_unless_a_profile_is_named(weir, aws, home):
    home(credentials=f"[default]\n{WRONG}[prod]\n{KEYS}")
    keys = {"AWS_ACCESS_KEY_ID": aws.user.access_key, "AWS_SECRET_ACCESS_KEY": aws.user.secret}
    ask(weir, aws, **keys)
    wrong = {"AWS_ACCESS_KEY_ID": "AKIAWRONG", "AWS_SECRET_ACCESS_KEY": "wrong-CANARY"}
    ask(weir, aws, "--profile", "prod", **wrong)


@pytest.mark.parametrize("source", ["source_profile = base", "credential_source = Environment"])
def test_a_role(weir, aws, home, source):
    aws.roles[ROLE] = {"external_id": "x=y", "seconds": 3600}
    role = f"[profile deep]\nrole_arn = {ROLE}\nexternal_id = x=y\nrole_session_name = me\n{source}\n"
    home(role, f"[base]\n{KEYS}")
    keys = {"AWS_ACCESS_KEY_ID": aws.user.access_key, "AWS_SECRET_ACCESS_KEY": aws.user.secret}
    ask(weir, aws, "--profile", "deep", **(keys if "Environment" in source else {}))
    assert aws.calls("AssumeRole")[0].members["ExternalId"] == "x=y"


def test_a_chain_of_roles_and_a_circle(weir, aws, home):
    aws.roles[ROLE] = aws.roles[ROLE + "2"] = {"seconds": 3600}
    home(f"[profile one]\nrole_arn = {ROLE}\nsource_profile = two\n[profile two]\nrole_arn = {ROLE}2\n"
         f"source_profile = base\n[profile a]\nrole_arn = {ROLE}\nsource_profile = b\n"
         f"[profile b]\nrole_arn = {ROLE}\nsource_profile = a\n", f"[base]\n{KEYS}")
    ask(weir, aws, "--profile", "one")
    assert len(aws.calls("AssumeRole")) == 2
    _, errors = ask(weir, aws, "--profile", "a", status=2)
    assert "leads back to itself" in errors


def test_a_role_that_is_refused_names_itself(weir, aws, home):
    home(f"[profile deep]\nrole_arn = {ROLE}\nsource_profile = base\n", f"[base]\n{KEYS}")
    _, errors = ask(weir, aws, "--profile", "deep", status=3)
    assert ROLE in errors and "AccessDenied" in errors


def test_web_identity(weir, aws, home):
    aws.roles[ROLE] = {"seconds": 3600}
    token = aws.home / "token"
    token.write_text(aws.web_identity_token + "\n")
    ask(weir, aws, AWS_ROLE_ARN=ROLE, AWS_WEB_IDENTITY_TOKEN_FILE=str(token))
    token.unlink()
    _, errors = ask(weir, aws, AWS_ROLE_ARN=ROLE, AWS_WEB_IDENTITY_TOKEN_FILE=str(token), status=3)
    assert str(token) in errors


def process(aws, body):
    script = aws.home / "give it.py"
    script.write_text(f"import json, sys, time\n{body}\n")
    return f"[default]\ncredential_process = {sys.executable} \"{script}\" '$(touch {aws.home}/shell)' ; `x`\n"


def give(aws, **more):
    made = {"Version": 1, "AccessKeyId": aws.user.access_key, "SecretAccessKey": aws.user.secret, **more}
    (aws.home / ".aws" / "given").write_text(json.dumps(made))
    return f"print(open({str(aws.home / '.aws' / 'given')!r}).read())"


def test_credential_process_without_a_shell(weir, aws, home):
    home(process(aws, give(aws) + f"\nopen({str(aws.home / 'said')!r}, 'w').write(repr(sys.argv[1:]))"))
    ask(weir, aws)
    assert not (aws.home / "shell").exists()
    assert "`x`" in (aws.home / "said").read_text() and "';'" in (aws.home / "said").read_text()


@pytest.mark.parametrize("body,words", [
    ("print('no json')", "JSON"),
    ("sys.stderr.write('first\\nask the owner\\n'); sys.exit(3)", "ask the owner"),
    ("print('x' * 200000)", "more than"),
    ("print('{\"Version\":1,\"AccessKeyId\":\"AKIA\"}')", "secret access key"),
])
def test_credential_process_that_fails(weir, aws, home, body, words):
    home(process(aws, body))
    _, errors = ask(weir, aws, status=3)
    assert words in errors


def test_credentials_that_have_expired_already(weir, aws, home):
    home(process(aws, give(aws, Expiration="2020-01-01T00:00:00Z")))
    _, errors = ask(weir, aws, status=3)
    assert "expired" in errors


def test_leaving_while_a_credential_process_hangs(weir, aws, home):
    home(process(aws, "time.sleep(60)"))
    fill(aws, 1)
    with Reading(weir, aws, "-F", f"cw:{GROUP}", env=aws.env(aws.home, **NO_KEYS)) as reading:
        time.sleep(0.5)
        assert reading.quit() < 2


def test_container(weir, aws, home):
    uri = aws.url + sts.CONTAINER_PATH
    ask(weir, aws, AWS_CONTAINER_CREDENTIALS_FULL_URI=uri,
        AWS_CONTAINER_AUTHORIZATION_TOKEN=sts.CONTAINER_AUTHORIZATION)
    _, errors = ask(weir, aws, AWS_CONTAINER_CREDENTIALS_FULL_URI="http://192.0.2.1/x", status=3)
    assert "must be https" in errors


def test_instance(weir, aws, home):
    ask(weir, aws, AWS_EC2_METADATA_DISABLED=None, AWS_EC2_METADATA_SERVICE_ENDPOINT=aws.url)


def test_sso_says_what_to_run(weir, aws, home):
    home("[profile team]\nsso_start_url = https://example.awsapps.com/start\nsso_region = us-east-1\n"
         "sso_account_id = 123456789012\nsso_role_name = reader\nregion = us-east-1\n")
    _, errors = ask(weir, aws, "--profile", "team", status=3)
    assert "aws sso login --profile team" in errors
    _, errors = ask(weir, aws, "--profile", "team", status=3, PATH="/nonexistent")
    assert "aws sso login --profile team" in errors and "AWS CLI" in errors


def test_none_at_all(weir, aws, home):
    _, errors = ask(weir, aws, status=3)
    assert "aws configure" in errors and errors.count("\n") <= 2
    _, errors = ask(weir, aws, "--profile", "nobody", status=2)
    assert "nobody" in errors


def test_role_credentials_are_fresh_before_they_end(weir, aws, home):
    aws.roles[ROLE] = {"seconds": 65}  # what holds for less than a minute is not used
    home(f"[profile deep]\nrole_arn = {ROLE}\nsource_profile = base\n", f"[base]\n{KEYS}")
    fill(aws, 3)
    env = aws.env(aws.home, **NO_KEYS, AWS_PROFILE="deep")
    with Reading(weir, aws, "-F", f"cw:{GROUP}", "--interval", "1s", env=env) as reading:
        reading.has(0, 1, 2)
        reading.wait(lambda _: len(aws.calls("AssumeRole")) >= 2, seconds=30)
        assert not any("expired" in text for text in reading.errors)
