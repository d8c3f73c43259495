"""Which credentials and which region an environment leads to, against botocore: variables, config and credentials
files, profiles, chains of roles, programs, web identity, container, instance. STS is a server on loopback for us and a
few lines for botocore; both make the key that is given out of the role and of who asks."""

import hashlib
import http.server
import itertools
import json
import os
import re
import subprocess
import threading
import urllib.parse
from unittest import mock

import pytest

session = pytest.importorskip("botocore.session")
credentials = pytest.importorskip("botocore.credentials")

# botocore, with these two as the AWS CLI has them.
VARIABLES = {
    "profile": (None, ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"], None, None),
    "region": ("region", ["AWS_REGION", "AWS_DEFAULT_REGION"], None, None),
}
ENDS = "2099-01-01T00:00:00Z"


def given(*parts):
    """What a server gives to who asks so."""
    return "ASIA" + hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16].upper()


# ---- the servers ----


def assume(action, role, who, token, more):
    key = given(action, role, who, token, more)
    return {"AccessKeyId": key, "SecretAccessKey": "s" + key, "SessionToken": "t" + key, "Expiration": ENDS}


class Answers(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def say(self, text):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_PUT(self):
        self.say("metadata-token")

    def do_GET(self):
        place = "container" if self.path.startswith("/container") else "instance"
        if self.path.endswith("security-credentials/"):
            self.say("reader")
        elif self.path.endswith("placement/region"):
            self.send_error(404)
        else:
            key = given(place)
            self.say(json.dumps({"Code": "Success", "AccessKeyId": key, "SecretAccessKey": "s" + key,
                                 "Token": "t" + key, "Expiration": ENDS}))

    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        signed = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        who = signed[1] if signed else form["WebIdentityToken"]
        found = assume(form["Action"], form["RoleArn"], who, self.headers.get("X-Amz-Security-Token", ""),
                       form.get("ExternalId", ""))
        inside = "".join(f"<{name}>{text}</{name}>" for name, text in found.items())
        action = form["Action"]
        self.say(f"<{action}Response><{action}Result><Credentials>{inside}</Credentials></{action}Result>"
                 f"</{action}Response>")


class Sts:
    """What botocore takes for a client of STS."""

    def __init__(self, *_, aws_access_key_id=None, aws_session_token=None, **__):
        self.who, self.token = aws_access_key_id, aws_session_token or ""

    def answer(self, found):
        return {"Credentials": found, "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/x/y"}}

    def assume_role(self, RoleArn, ExternalId="", **_):
        return self.answer(assume("AssumeRole", RoleArn, self.who, self.token, ExternalId))

    def assume_role_with_web_identity(self, RoleArn, WebIdentityToken, **_):
        return self.answer(assume("AssumeRoleWithWebIdentity", RoleArn, WebIdentityToken, "", ""))


@pytest.fixture(scope="module")
def server():
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()
    thread.join()


# ---- the table ----


def keys(name, token=False):
    lines = f"aws_access_key_id = AKIA{name}\naws_secret_access_key = s{name}\n"
    return lines + (f"aws_session_token = t{name}\n" if token else "")


def role(name, *lines):
    return "\n".join((f"role_arn = arn:aws:iam::123456789012:role/{name}", *lines, ""))


def program(name):
    given_by = {"Version": 1, "AccessKeyId": f"AKIA{name}", "SecretAccessKey": "s", "SessionToken": f"t{name}"}
    return f"credential_process = /bin/echo '{json.dumps(given_by)}'\n"


ENV = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "sENV"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{URL}/container"}
INSTANCE = {"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{URL}"}
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": "{HOME}/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/env"}
TOKEN = "web_identity_token_file = {HOME}/token"


def places():
    """Each two places at once, where the one that is asked first wins; with AWS_PROFILE, --profile and without."""
    of_profile = {
        "role": ("config", role("r", "credential_source = Environment")),
        "web": ("config", role("w", TOKEN)),
        "file": ("credentials", keys("FILE", True)),
        "program": ("config", program("PROG")),
        "config": ("config", keys("CONF")),
    }
    of_env = {"env": ENV, "env web": WEB, "container": CONTAINER, "instance": INSTANCE}
    names = [*of_profile, *of_env]
    for pair in itertools.combinations(names, 2):
        if pair == ("role", "web"):  # both have a role_arn: see ROWS
            continue
        env, files = {}, {"config": "[{P}]\n", "credentials": ""}
        for name in pair:
            env.update(of_env.get(name, {}))
            where, text = of_profile.get(name, (None, ""))
            if where == "config":
                files["config"] += text
            elif where:
                files["credentials"] += "[{N}]\n" + text
        for how, said in (("default", {}), ("AWS_PROFILE", {"AWS_PROFILE": "p"}), ("named", {})):
            title = {"P": "default", "N": "default"} if how == "default" else {"P": "profile p", "N": "p"}
            filled = {name: text.replace("{P}", title["P"]).replace("{N}", title["N"])
                      for name, text in files.items()}
            yield f"{pair[0]} and {pair[1]}, {how}", {**env, **said}, filled["config"], filled["credentials"], \
                "p" if how == "named" else ""


BASE = f"[base]\n{keys('BASE')}"

# name, environment, config, credentials, named profile
ROWS = [
    # -- variables
    ("nothing", {}, "", "", ""),
    ("env", ENV, "", "", ""),
    ("env, session token", {**ENV, "AWS_SESSION_TOKEN": "tENV"}, "", "", ""),
    ("env, old name of the token", {**ENV, "AWS_SECURITY_TOKEN": "tOLD"}, "", "", ""),
    ("env, empty token", {**ENV, "AWS_SESSION_TOKEN": ""}, "", "", ""),
    ("env, empty key", {**ENV, "AWS_ACCESS_KEY_ID": ""}, "", f"[default]\n{keys('FILE')}", ""),
    ("env, no secret", {"AWS_ACCESS_KEY_ID": "AKIAENV"}, "", f"[default]\n{keys('FILE')}", ""),
    ("env, empty secret", {**ENV, "AWS_SECRET_ACCESS_KEY": ""}, "", f"[default]\n{keys('FILE')}", ""),
    ("env, secret alone", {"AWS_SECRET_ACCESS_KEY": "s"}, "", f"[default]\n{keys('FILE')}", ""),
    ("env, expired", {**ENV, "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}, "", "", ""),
    ("env, with an end", {**ENV, "AWS_CREDENTIAL_EXPIRATION": ENDS}, "", "", ""),
    # -- profiles
    ("AWS_DEFAULT_PROFILE", {"AWS_DEFAULT_PROFILE": "base"}, "", BASE, ""),
    ("both", {"AWS_PROFILE": "base", "AWS_DEFAULT_PROFILE": "x"}, "[profile x]\n" + keys("X"), BASE, ""),
    ("named before AWS_PROFILE", {"AWS_PROFILE": "x"}, "[profile x]\n" + keys("X"), BASE, "base"),
    ("AWS_PROFILE=default without files", {**ENV, "AWS_PROFILE": "default"}, "", "", ""),
    ("empty AWS_PROFILE", {"AWS_PROFILE": ""}, "", f"[default]\n{keys('D')}", ""),
    ("no such profile", {"AWS_PROFILE": "nobody"}, "", BASE, ""),
    ("no such named profile", {}, "", BASE, "nobody"),
    ("[profile default]", {}, f"[profile default]\n{keys('D')}", "", ""),
    ("section without profile", {}, f"[p]\n{keys('P')}", "", "p"),
    ("'profile' in the credentials file", {}, "", f"[profile p]\n{keys('P')}", "p"),
    ("quoted", {}, f"[profile 'a b']\n{keys('AB')}", "", "a b"),
    ("default is no fallback", {}, "[profile p]\noutput = json\n", f"[default]\n{keys('D')}", "p"),
    # -- keys in files
    ("both files", {}, f"[profile p]\n{keys('C')}", f"[p]\n{keys('F')}", "p"),
    ("token of the other file", {}, "[profile p]\naws_session_token = tC\n", f"[p]\n{keys('F')}", "p"),
    ("secret of the other file", {},
     "[profile p]\naws_secret_access_key = s\n", "[p]\naws_access_key_id = AKIAF\n", "p"),
    ("key of the other file", {}, f"[profile p]\n{keys('C')}", "[p]\naws_secret_access_key = s\n", "p"),
    ("no secret", {}, "[profile p]\naws_access_key_id = AKIAC\n", "", "p"),
    ("capital letters", {}, f"[profile p]\n{keys('C').upper().replace('AKIAC', 'AKIAc')}", "", "p"),
    # -- roles
    ("source_profile", {}, "[profile p]\n" + role("r", "source_profile = base"), BASE, "p"),
    ("external id", {}, "[profile p]\n" + role("r", "source_profile = base", "external_id = a=b"), BASE, "p"),
    ("source with a token", {}, "[profile p]\n" + role("r", "source_profile = b"), f"[b]\n{keys('B', True)}", "p"),
    ("role of the credentials file", {}, "", "[p]\n" + role("r", "source_profile = base") + BASE, "p"),
    ("role, keys of the environment", ENV, "[profile p]\n" + role("r", "source_profile = base"), BASE, "p"),
    ("role by AWS_PROFILE, keys of the environment", {**ENV, "AWS_PROFILE": "p"},
     "[profile p]\n" + role("r", "source_profile = base"), BASE, ""),
    ("source is a program", {},
     "[profile p]\n" + role("r", "source_profile = q") + "[profile q]\n" + program("Q"), "", "p"),
    ("source is web identity", {},
     f"[profile p]\n{role('r', 'source_profile = q')}[profile q]\n{role('q', TOKEN)}", "", "p"),
    ("two roles", {},
     f"[profile p]\n{role('r', 'source_profile = q')}[profile q]\n{role('q', 'source_profile = base')}",
     BASE, "p"),
    ("three roles", {}, f"[profile p]\n{role('r', 'source_profile = q')}[profile q]\n{role('q', 'source_profile = s')}"
     f"[profile s]\n{role('s', 'source_profile = base')}", BASE, "p"),
    ("two roles, the environment", ENV,
     f"[profile p]\n{role('r', 'source_profile = q')}[profile q]\n{role('q', 'credential_source = Environment')}", "",
     "p"),
    ("circle", {},
     f"[profile p]\n{role('r', 'source_profile = q')}[profile q]\n{role('q', 'source_profile = p')}", "", "p"),
    ("circle with keys", {}, f"[profile p]\n{role('r', 'source_profile = q')}"
     f"[profile q]\n{role('q', 'source_profile = p')}", f"[p]\n{keys('P')}", "p"),
    ("circle ended by keys", {}, f"[profile p]\n{role('r', 'source_profile = q')}"
     f"[profile q]\n{role('q', 'source_profile = p')}", f"[q]\n{keys('Q')}", "p"),
    ("itself", {}, f"[profile p]\n{role('r', 'source_profile = p')}{keys('P')}", "", "p"),
    ("itself, keys in the other file", {}, f"[profile p]\n{role('r', 'source_profile = p')}", f"[p]\n{keys('P')}", "p"),
    ("itself without keys", {}, f"[profile p]\n{role('r', 'source_profile = p')}", "", "p"),
    ("a source that is its own", {}, f"[profile p]\n{role('r', 'source_profile = q')}"
     f"[profile q]\n{role('q', 'source_profile = q')}{keys('Q')}", "", "p"),
    ("a source with keys and a role", {}, f"[profile p]\n{role('r', 'source_profile = q')}"
     f"[profile q]\n{role('q', 'source_profile = base')}{keys('Q')}", BASE, "p"),
    ("keys and a role", {}, f"[profile p]\n{role('r', 'source_profile = base')}{keys('P')}", BASE, "p"),
    ("no such source", {}, f"[profile p]\n{role('r', 'source_profile = nobody')}", BASE, "p"),
    ("a source without credentials", {},
     f"[profile p]\n{role('r', 'source_profile = q')}[profile q]\nregion = x-1\n", "", "p"),
    ("no source", {}, f"[profile p]\n{role('r')}", BASE, "p"),
    ("no source, keys", {}, f"[profile p]\n{role('r')}{keys('P')}", "", "p"),
    ("two sources", ENV,
     f"[profile p]\n{role('r', 'source_profile = base', 'credential_source = Environment')}", BASE, "p"),
    ("source_profile alone", {}, "[profile p]\nsource_profile = base\n", BASE, "p"),
    ("source is default", {}, f"[profile p]\n{role('r', 'source_profile = default')}", f"[default]\n{keys('D')}", "p"),
    ("credential_source of nothing", {}, f"[profile p]\n{role('r', 'credential_source = Environment')}", BASE, "p"),
    ("credential_source unknown", ENV, f"[profile p]\n{role('r', 'credential_source = Elsewhere')}", BASE, "p"),
    ("credential_source container", CONTAINER,
     f"[profile p]\n{role('r', 'credential_source = EcsContainer')}", BASE, "p"),
    ("credential_source instance", INSTANCE,
     f"[profile p]\n{role('r', 'credential_source = Ec2InstanceMetadata')}", "", "p"),
    ("role of default, keys of the environment", ENV, f"[default]\n{role('r', 'source_profile = base')}", BASE, ""),
    # -- web identity
    ("web identity", WEB, "", "", ""),
    ("web identity, no token", {**WEB, "AWS_WEB_IDENTITY_TOKEN_FILE": "{HOME}/nothing"}, "", BASE, ""),
    ("web identity, no role", {"AWS_WEB_IDENTITY_TOKEN_FILE": "{HOME}/token"}, "", f"[default]\n{keys('D')}", ""),
    ("a role without a token", {"AWS_ROLE_ARN": WEB["AWS_ROLE_ARN"]}, "", f"[default]\n{keys('D')}", ""),
    ("token of the environment, role of the profile", {"AWS_WEB_IDENTITY_TOKEN_FILE": "{HOME}/token"},
     f"[default]\n{role('r', TOKEN + '2')}", "", ""),
    ("role of the environment, token of the profile", {"AWS_ROLE_ARN": WEB["AWS_ROLE_ARN"]},
     f"[default]\n{role('r', TOKEN + '2')}", "", ""),
    ("both", WEB, f"[default]\n{role('r', TOKEN + '2')}", "", ""),
    ("both, named", WEB, f"[profile p]\n{role('r', TOKEN + '2')}", "", "p"),
    ("web identity and keys", WEB, "", f"[default]\n{keys('D')}", ""),
    ("web identity and a role", WEB, f"[default]\n{role('r', 'source_profile = base')}", BASE, ""),
    ("token and source_profile", {}, f"[profile p]\n{role('r', TOKEN, 'source_profile = base')}", BASE, "p"),
    ("token and credential_source", ENV,
     f"[profile p]\n{role('r', TOKEN, 'credential_source = Environment')}", BASE, "p"),
    ("token without a role", {}, f"[profile p]\n{TOKEN}\n", "", "p"),
    ("token without a role, keys", {}, f"[profile p]\n{TOKEN}\n{keys('P')}", "", "p"),
    ("token of the profile, role of the environment, named", {"AWS_ROLE_ARN": WEB["AWS_ROLE_ARN"]},
     f"[profile p]\n{TOKEN}\n", "", "p"),
    # -- programs
    ("program", {}, f"[default]\n{program('X')}", "", ""),
    ("program that fails", {}, f"[default]\ncredential_process = /bin/false\n{keys('D')}", "", ""),
    ("program that is not there", {}, f"[default]\ncredential_process = /nonexistent/x\n{keys('D')}", "", ""),
    ("program with the wrong version", {},
     "[default]\n" + program("X").replace('"Version": 1', '"Version": 2'), "", ""),
    ("program without a version", {}, "[default]\n" + program("X").replace('"Version": 1, ', ""), "", ""),
    ("program in the credentials file", {}, "", f"[default]\n{program('X')}", ""),
    ("program without a secret", {}, "[default]\n" + program("X").replace("SecretAccessKey", "Secret"), "", ""),
    ("program that has expired", {},
     "[default]\n" + program("X").replace('"Version"', '"Expiration": "2020-01-01T00:00:00Z", "Version"'), "", ""),
    # -- regions
    ("AWS_REGION", {**ENV, "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"},
     "[default]\nregion = x-1\n", "", ""),
    ("AWS_DEFAULT_REGION", {**ENV, "AWS_DEFAULT_REGION": "eu-west-2"}, "[default]\nregion = x-1\n", "", ""),
    ("empty AWS_REGION", {**ENV, "AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-2"}, "", "", ""),
    ("region of default", ENV, "[default]\nregion = us-west-2\n", "", ""),
    ("region of the profile", {**ENV, "AWS_PROFILE": "p"},
     "[default]\nregion = x-1\n[profile p]\nregion = eu-north-1\n", "", ""),
    ("region of the named one", {}, "[default]\nregion = x-1\n[profile p]\nregion = eu-north-1\n" + keys("P"), "", "p"),
    ("region of the credentials file", {},
     "[profile p]\nregion = x-1\n", f"[p]\nregion = eu-north-1\n{keys('P')}", "p"),
    ("a profile without a region", {}, f"[default]\nregion = x-1\n[profile p]\n{keys('P')}", "", "p"),
    ("not the region of the source", {},
     f"[profile p]\n{role('r', 'source_profile = q')}[profile q]\nregion = x-1\n{keys('Q')}",
     "", "p"),
    ("variable before the named one", {"AWS_REGION": "eu-west-1"}, f"[profile p]\nregion = x-1\n{keys('P')}", "", "p"),
]

# Where we mean to differ: name -> our region and key. An empty variable is none, the default profile need not be
# written down, programs are of the config file only.
DIFFERENT = {
    "AWS_PROFILE=default without files": (None, "AKIAENV"),
    "empty AWS_PROFILE": (None, "AKIAD"),
    "empty AWS_REGION": ("eu-west-2", "AKIAENV"),
    "program in the credentials file": (None, None),
}


def theirs(env, named):
    """(region, key, token) by botocore; what it refuses is (…, None, None)."""
    with mock.patch.dict(os.environ, env, clear=True), \
            mock.patch.object(credentials, "_get_client_creator", lambda *_: Sts):
        opened = session.Session(session_vars=VARIABLES, profile=named or None)
        opened.set_config_variable("metadata_service_num_attempts", 1)
        try:
            region = opened.get_config_variable("region") or None
        except Exception:
            region = None
        try:
            found = credentials.create_credential_resolver(opened).load_credentials()
            frozen = found.get_frozen_credentials() if found else None
        except Exception:
            frozen = None
        return (region, frozen.access_key, frozen.token or None) if frozen else (region, None, None)


def ours(credentialline, asked):
    """[(env, named)] -> [((region, key, token), words)]"""
    lines = ["\t".join([named, *(f"{name}={value}" for name, value in env.items())]) for env, named in asked]
    done = subprocess.run([credentialline], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=120,
                          check=True, env={})
    answers = [line.split(" ", 2) for line in done.stdout.splitlines()]
    assert len(answers) == len(asked)
    return [((none(region), None, None), f"{key} {rest}") if key[0] == "!" else ((none(region), key, none(rest)), "")
            for region, key, rest in answers]


def none(text):
    return None if text == "-" else text


CASES = {f"{number}: {row[0]}": row[1:] for number, row in enumerate([*ROWS, *places()])}


@pytest.fixture(scope="module")
def found(credentialline, server, tmp_path_factory):
    """All cases by one program: name -> (environment, profile, ours, words)."""
    asked = {}
    for number, (name, (env, config, secrets, named)) in enumerate(CASES.items()):
        home = tmp_path_factory.mktemp(f"home{number}")
        (home / ".aws").mkdir()
        for path, text in ((".aws/config", config), (".aws/credentials", secrets), ("token", "one"), ("token2", "two")):
            (home / path).write_text(text.replace("{HOME}", str(home)))
            (home / path).chmod(0o600)
        said = {"HOME": str(home), "PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_ENDPOINT_URL_STS": server, **env}
        filled = {key: text.replace("{HOME}", str(home)).replace("{URL}", server) for key, text in said.items()}
        asked[name] = filled, named
    return {name: (*asked[name], *answer) for name, answer in zip(asked, ours(credentialline, asked.values()))}


@pytest.mark.parametrize("name", CASES)
def test_as_botocore_resolves_it(found, name):
    env, named, had, words = found[name]
    wanted = theirs(env, named)
    label = name.split(": ", 1)[1]
    if label in DIFFERENT:
        assert had[:2] == DIFFERENT[label] and had != wanted
    else:
        assert had == wanted, words
    assert had[1] or words, "no credentials, and no words"


def test_the_table_is_worth_it(found):
    keys_found = {had[1] for _, _, had, _ in found.values()}
    assert len(CASES) > 100 and len(keys_found) > 30
