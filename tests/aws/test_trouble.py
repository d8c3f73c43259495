"""test_trouble.py - a dead network, a refusal, a wrong clock: one clear line, a dashboard that can be used, and a way
out at once. How soon exactly is tests/bench/bench_trouble.py's.
"""

import pytest
from trouble import CASES, measure


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_trouble_is_told_and_left(weir, aws, case):
    outcome = measure(weir, aws, case)
    aws.violations.clear()  # some of the cases are refused on purpose
    assert case.words in outcome.line
    assert outcome.told_s < 15 and outcome.key_s < 5 and outcome.quit_s < 5, outcome
