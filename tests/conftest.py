"""conftest.py - what all Python tests share: where the program is, and data made once a run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
for folder in ("pty", "support", "lint", "screen", "aws", "cli"):
    sys.path.insert(0, str(TESTS / folder))

import canary  # noqa: E402
from fixtures import aws, aws_tls  # noqa: E402, F401

canary.install()

ROOT = TESTS.parent


def built(variable, *places):
    """The path in an environment variable, else the first of some places that exists."""
    given = os.environ.get(variable)
    path = Path(given) if given else next((ROOT / place for place in places if (ROOT / place).exists()), None)
    if not path or not path.exists():
        pytest.fail(f"{variable} is not set and nothing is built: ./dev test", pytrace=False)
    return path


@pytest.fixture(autouse=True)
def no_secret_shows(request):
    """Whatever a test leaves in its folder is searched for secrets."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder:
        canary.check_files(folder)


@pytest.fixture(scope="session")
def weir():
    """The program with sanitizers."""
    return built("WEIR_BIN", "build/dev/weir", "build/release/weir")


@pytest.fixture(scope="session")
def fast_weir():
    """The release build, for what reads millions of records."""
    return built("WEIR_FAST", "build/release/weir", "build/dev/weir")


@pytest.fixture(scope="session")
def genflows():
    return built("WEIR_GENFLOWS", "build/dev/tests/genflows", "build/bench/tests/genflows")


@pytest.fixture(scope="session")
def signline():
    """Signs what it reads, see tests/support/signcase.h."""
    return built("WEIR_SIGNLINE", "build/dev/tests/signline", "build/bench/tests/signline")


@pytest.fixture(scope="session")
def configline():
    """Answers questions about AWS config files, see tests/support/configline.c."""
    return built("WEIR_CONFIGLINE", "build/dev/tests/configline", "build/bench/tests/configline")


@pytest.fixture(scope="session")
def credentialline():
    """Says which credentials and region an environment leads to, see tests/support/credentialline.c."""
    return built("WEIR_CREDENTIALLINE", "build/dev/tests/credentialline", "build/bench/tests/credentialline")


@pytest.fixture(scope="session")
def trailline():
    """Asks CloudTrail, see tests/support/trailline.c."""
    return built("WEIR_TRAILLINE", "build/dev/tests/trailline", "build/bench/tests/trailline")


@pytest.fixture(scope="session")
def flows(genflows, tmp_path_factory):
    """flows(count, *options) -> path of a file with that many generated lines; made once."""
    made = {}

    def make(count, *options):
        key = (count, *options)
        if key not in made:
            made[key] = tmp_path_factory.mktemp("flows") / "flow.log"
            with open(made[key], "wb") as out:
                subprocess.run([genflows, *map(str, options), str(count)], stdout=out, check=True)
        return made[key]

    return make


@pytest.fixture(scope="session")
def explainline():
    """Explains the rejects of a small log."""
    return built("WEIR_EXPLAINLINE", "build/dev/tests/explainline", "build/bench/tests/explainline")
