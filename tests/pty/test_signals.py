"""Whatever signal ends the program, the terminal is as it was."""

import re
import signal

import pytest
from harness import Terminal, dashboard

UNCATCHABLE = {signal.SIGKILL, signal.SIGSTOP}
HARMLESS = {signal.SIGCHLD, signal.SIGWINCH, signal.SIGCONT, signal.SIGURG, signal.SIGPIPE}
STOPPING = {signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
# The program's handlers are what is tested, not those of the sanitizer.
OWN_HANDLERS = "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0"
ENDING = sorted(signal.valid_signals() - UNCATCHABLE - HARMLESS - STOPPING)


def assert_restored(term):
    """The settings, the screen, the cursor and the modes are those of before."""
    assert term.termios() == term.termios_before
    last = {name: term.output.rfind(code) for name, code in MODES.items()}
    assert last["leave"] > last["enter"], "still on the alternate screen"
    assert last["show"] > last["hide"], "the cursor is hidden"
    for mode in ("1000", "1002", "1006", "2004"):
        on, off = term.output.rfind(f"\x1b[?{mode}h".encode()), term.output.rfind(f"\x1b[?{mode}l".encode())
        assert off >= on, f"mode {mode} is still on"


MODES = {
    "enter": b"\x1b[?1049h",
    "leave": b"\x1b[?1049l",
    "hide": b"\x1b[?25l",
    "show": b"\x1b[?25h",
}


def test_there_are_about_sixty_signals():
    assert len(ENDING) >= 50


@pytest.mark.parametrize("number", ENDING, ids=lambda n: getattr(n, "name", str(int(n))))
def test_terminal_is_restored_after(weir, number):
    with dashboard(weir, env={"ASAN_OPTIONS": OWN_HANDLERS}) as term:
        term.signal(number)
        status = term.wait_exit(timeout=10)
        assert status in (-number, 128 + number, 130), f"ended with {status}"
        assert_restored(term)


@pytest.mark.parametrize("number", sorted(HARMLESS), ids=lambda n: n.name)
def test_goes_on_after(weir, number):
    with dashboard(weir) as term:
        term.signal(number)
        term.keys("?")
        term.wait_for(re.compile(r"[Hh]elp"))
        term.keys("Esc Q")
        assert term.wait_exit() == 0


@pytest.mark.parametrize("keys", ["q", "Q"])
def test_leaving_by_key_restores(weir, keys):
    with dashboard(weir) as term:
        term.keys(keys)
        if keys == "q":
            term.quiet_for(0.2)
            if term.process.poll() is None:
                term.type("y")  # the ring holds records: q asks
        assert term.wait_exit() == 0
        assert_restored(term)


def test_stopped_and_continued_twenty_times(weir):
    with dashboard(weir) as term:
        term.settle()
        before = term.text()
        for _ in range(20):
            term.signal(signal.SIGTSTP)
            term.wait_state("T")
            assert_restored(term)
            term.signal(signal.SIGCONT)
            term.wait_for(lambda t: t.output.rfind(MODES["enter"]) > t.output.rfind(MODES["leave"]))
            term.wait_for(lambda t: t.text() == before)
        assert term.termios() != term.termios_before


def test_suspend_key_stops_the_program(weir):
    with dashboard(weir) as term:
        term.keys("^Z")
        term.wait_state("T")
        assert_restored(term)
        term.signal(signal.SIGCONT)
        term.wait_for(lambda t: t.output.rfind(MODES["enter"]) > t.output.rfind(MODES["leave"]))


@pytest.mark.parametrize("name", ["", "unknown-terminal", "x" * 4096])
def test_unknown_terminal_is_one_line_and_usage(weir, name):
    with Terminal([weir, "demo"], term=name) as term:
        assert term.wait_exit() == 2
        assert term.termios() == term.termios_before
        assert b"\x1b" not in term.output
        assert "weir print" in term.errors()
        assert len(term.errors().strip().split("\n")) == 1
