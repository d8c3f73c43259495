"""No size is refused, and no order of sizes breaks the screen."""

import random

import pytest
from harness import dashboard, settled

SIZES = [(1, 1), (2, 1), (1, 50), (200, 1), (2, 40), (5, 2), (10, 3), (30, 5), (39, 6), (40, 6), (60, 12), (79, 19)]
SIZES += [(80, 24), (119, 40), (120, 40), (159, 45), (160, 50), (200, 50), (500, 200)]


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_size_is_drawn_and_left(weir, size):
    with dashboard(weir) as term:
        term.resize(*size)
        term.keys("j j Tab")
        term.resize(80, 24)
        term.wait_for(settled)
        term.keys("Q")
        assert term.wait_exit() == 0


def test_storm_of_sizes_ends_in_the_screen_of_the_last(weir):
    sizes = random.Random(20261123)
    with dashboard(weir, size=(80, 24)) as term:
        term.settle()
        before = term.text()
        for _ in range(400):
            term.resize(*sizes.choice(SIZES))
            term.quiet_for(0.002)
        term.resize(80, 24)
        term.wait_for(lambda t: t.text() == before)
        term.keys("Q")
        assert term.wait_exit() == 0


def test_storm_of_sizes_with_keys_and_records(weir):
    sizes = random.Random(7)
    keys = "j k ^D ^U Tab t i z Z [ ] e E x o T Space G g Esc".split()
    with dashboard(weir, "demo", size=(80, 24)) as term:
        for _ in range(300):
            term.resize(*sizes.choice(SIZES))
            term.keys(sizes.choice(keys))
            term.quiet_for(0.002)
        term.resize(80, 24)
        term.keys("Esc Esc Q")
        assert term.wait_exit() == 0
