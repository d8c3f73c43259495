"""What our reading of the AWS config files finds against botocore's, over files that are drawn anew with every seed:
sections of every kind, quoted names, keys below keys, white space, comments, and values that look like syntax."""

import os
import random
import subprocess
from pathlib import Path

import pytest

session = pytest.importorskip("botocore.session")

COUNT = 200
NAMES = ["x", "prod", "a-b_c.d", "A", "me@example.com", "eu/west:1", "é", "default2"]
SPACED = ["a b", "my  team", "it is #1"]
KEYS = ["region", "role_arn", "source_profile", "aws_access_key_id", "credential_process", "a.b", "two words", "output"]
SERVICES = ["s3", "ec2", "cloudwatch_logs"]
BELOW = ["endpoint_url", "addressing_style", "region", "output"]
PIECES = [*"abcXYZ019", *"=:#;[]%~\\'", '"', " ", " #", " ;", "%(x)s", "$HOME", "é", "\t"]
NOISE = ["", "", "", "# note = 1", "; note = 2", "   # deep", "#[profile x]", "  "]


def value(draw, may_be_empty=False):
    made = "".join(draw.choice(PIECES) for _ in range(draw.randint(1, 12))).strip()
    return made or ("" if may_be_empty else "v")


def any_case(draw, text):
    return draw.choice([text, text, text.upper(), text.title()])


class Drawn:
    """One file, and what may be asked of it. Nothing appears twice: botocore refuses that, we take the last."""

    def __init__(self, draw, is_credentials):
        self.draw, self.lines, self.sections = draw, [], []
        self.indent = draw.choice(["", "", "", "  ", "\t"])
        for kind, name in self.pick(is_credentials):
            self.section(kind, name, is_credentials)

    def pick(self, is_credentials):
        names = self.draw.sample(NAMES + ([] if is_credentials else SPACED), self.draw.randint(0, 4))
        kinds = ["profile"] if is_credentials else ["profile", "profile", "sso-session", "services", "other"]
        picked = [(self.draw.choice(kinds), name) for name in names]
        return picked + [("profile", "default")] * self.draw.randint(0, 1)

    def section(self, kind, name, is_credentials):
        draw = self.draw
        quote = draw.choice(['"', "'"]) if " " in name or (draw.random() < 0.2 and not is_credentials) else ""
        said = f"{quote}{name}{quote}"
        word = "" if is_credentials or kind == "other" or (kind, name) == ("profile", "default") else kind
        title = f"{word}{draw.choice([' ', '  ', chr(9)])}{said}" if word else name
        if kind == "services":  # botocore has the title as it is
            title = f"services {name}"
        self.sections.append((kind, name))
        self.lines.append(f"[{title}]" + draw.choice(["", " ", " # note", " ; note"]))
        for key in draw.sample(KEYS, draw.randint(0, 5)):
            self.key(self.indent, key, value(draw, not is_credentials))
        for service in draw.sample(SERVICES, draw.randint(0, 2)):
            self.key(self.indent, service, "")
            deeper = self.indent + draw.choice([" ", "  ", "\t"])
            for key in draw.sample(BELOW, draw.randint(0, 3)):
                self.key(deeper + draw.choice(["", " "]), key, value(draw), below=True)

    def key(self, indent, key, text, below=False):
        draw = self.draw
        sign = draw.choice(["=", " = ", "  =\t"] if below else ["=", " = ", "\t=  ", ":", " : "])
        said = key if below else any_case(draw, key)
        self.lines.append(f"{indent}{said}{sign}{text}" + draw.choice(["", "", " ", "\t"]))
        self.lines.append(draw.choice(NOISE))

    def text(self):
        end = self.draw.choice(["\n", "\n", "\r\n"])
        return end.join(self.lines) + self.draw.choice([end, ""])


def write(path, text):
    Path(path).write_bytes(text.encode())
    return str(path)


def theirs(config, credentials):
    """Finds (what, name, service, key) as botocore has it; no value and an empty one are the same to us."""
    opened = session.Session()
    opened.set_config_variable("config_file", config)
    opened.set_config_variable("credentials_file", credentials)
    found = opened.full_config

    def ask(what, name, service, key):
        sections = {
            "profile": found["profiles"].get(name, {}),
            "sso-session": found.get("sso_sessions", {}).get(name, {}),
            "services": found.get(f"services {name}", {}).get(service, {}),
        }
        answer = (sections[what] or {}).get(key if what == "services" else key.lower())
        return answer if isinstance(answer, str) and answer else None

    return ask


def questions(draw, sections):
    for kind, name in sections:
        if kind == "services":
            yield from (("services", name, service, key) for service in SERVICES for key in BELOW)
        else:
            what = "sso-session" if kind == "sso-session" else "profile"
            yield from ((what, name, "", any_case(draw, key)) for key in KEYS + BELOW + SERVICES)
    yield "profile", "nobody", "", "region"


def ours(configline, asked):
    """[(config, credentials, question)] -> the answers."""
    lines = ["\t".join((what, config, credentials, *rest, ".")) for config, credentials, (what, *rest) in asked]
    done = subprocess.run([configline], input="\n".join(lines).encode(), capture_output=True, timeout=300, check=True)
    answers = done.stdout.decode().split("\n")[:-1]
    assert len(answers) == len(asked)
    return [answer[1:] if answer[0] == "=" else None for answer in answers]


def test_config_files_are_read_as_botocore_reads_them(configline, tmp_path):
    seed = int(os.environ.get("WEIR_SEED", random.randrange(1 << 32)))
    draw = random.Random(seed)
    asked, expected, texts = [], [], {}
    for number in range(COUNT):
        files = Drawn(draw, False), Drawn(draw, True)
        config, credentials = (drawn.text() for drawn in files)
        ask = theirs(write(tmp_path / f"config{number}", config), write(tmp_path / f"credentials{number}", credentials))
        # A mark at the beginning is too much for botocore.
        paths = [write(tmp_path / f"{name}{number}.ours", draw.choice(["", "", "\ufeff"]) + text)
                 for name, text in (("config", config), ("credentials", credentials))]
        texts[paths[0]] = config, credentials
        for question in questions(draw, files[0].sections + files[1].sections):
            asked.append((*paths, question))
            expected.append(ask(*question))
    found = ours(configline, asked)
    rows = zip(asked, found, expected)
    wrong = [(question, had, wanted, texts[config]) for (config, _, question), had, wanted in rows if had != wanted]
    assert not wrong, f"seed {seed}: {len(wrong)} of {len(asked)} differ: {wrong[0]}"
    assert sum(answer is not None for answer in found) > COUNT, "hardly anything was found"
