"""fixtures.py - what tests that talk to AWS get: `aws`, a server of their own (server.py), and `aws_tls`, the same with
https. Imported by tests/conftest.py. A test in which the bench was asked something that AWS refuses fails at its end,
unless it has emptied `aws.violations`.
"""

import contextlib

import pytest


@contextlib.contextmanager
def bench(home, **options):
    from server import Bench  # here: the other tests need not wait for botocore

    with Bench(**options) as made:
        made.home = home
        yield made
        violations = list(made.violations)
    assert not violations, "\n".join(violations)


@pytest.fixture
def aws(tmp_path):
    with bench(tmp_path) as made:
        yield made


@pytest.fixture
def aws_tls(tmp_path):
    with bench(tmp_path, folder=tmp_path / "ca") as made:
        yield made
