"""harness.py - runs a program on a pseudo-terminal and reads its screen, as a person at a terminal would.

    with Terminal(["weir", "demo"], size=(80, 24)) as term:
        term.wait_for("LIVE")
        term.keys("/")
        term.type("reject")
        term.keys("Enter")
        term.wait_for(lambda t: "REJECT" in t.line(10))

Nothing here sleeps: every wait reads until what is waited for is true, and fails with the screen at a
deadline. Everything started is ended by its process id when the block is left.
"""

import contextlib
import fcntl
import itertools
import os
import re
import resource
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time

import canary
import pyte

PATIENCE = float(os.environ.get("WEIR_PATIENCE", "30"))  # seconds: long, because sanitizers and CI are slow

# By the names that the program itself has for keys (tui/screen/key.h).
KEYS = {
    "Enter": b"\r",
    "Esc": b"\x1b",
    "Tab": b"\t",
    "S-Tab": b"\x1b[Z",
    "Space": b" ",
    "Backspace": b"\x7f",
    "Del": b"\x1b[3~",
    "Ins": b"\x1b[2~",
    "PgUp": b"\x1b[5~",
    "PgDn": b"\x1b[6~",
}
KEYS.update({f"F{n}": b"\x1bO" + bytes([ord("P") + n - 1]) for n in range(1, 5)})
KEYS.update({f"F{n}": b"\x1b[%d~" % code for n, code in zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24))})
CURSOR_KEYS = {"Up": b"A", "Down": b"B", "Right": b"C", "Left": b"D", "Home": b"H", "End": b"F"}
APPLICATION_CURSOR = 1 << 5  # DECCKM as pyte numbers private modes


class Screen(pyte.Screen):
    """pyte's screen with what xterm has and pyte lacks: repetition and scrolling by a number of lines."""

    last_drawn = " "

    def draw(self, data):
        super().draw(data)
        self.last_drawn = data[-1:] or self.last_drawn

    def repeat(self, count=None):
        super().draw(self.last_drawn * (count or 1))

    def scroll_up(self, count=None):
        self._scroll(count or 1, self.delete_lines)

    def scroll_down(self, count=None):
        self._scroll(count or 1, self.insert_lines)

    def _scroll(self, count, change):
        x, y = self.cursor.x, self.cursor.y
        self.cursor.y = self.margins.top if self.margins else 0
        change(count)
        self.cursor.x, self.cursor.y = x, y


class Stream(pyte.ByteStream):
    csi = dict(pyte.ByteStream.csi, b="repeat", S="scroll_up", T="scroll_down")
    events = frozenset(itertools.chain(pyte.ByteStream.events, ("repeat", "scroll_up", "scroll_down")))


class Gone(AssertionError):
    """What was waited for did not come."""


class Terminal:
    def __init__(self, argv, size=(80, 24), env=None, locale="C.UTF-8", term="xterm-256color", stdin=None, cwd=None):
        """Starts argv on a new terminal of size (columns, lines). stdin: a file descriptor in place of it."""
        self.argv = [str(word) for word in argv]
        self.output = bytearray()  # every byte that the program sent
        self.screen = Screen(*size)
        self.stream = Stream(self.screen)
        self.status = None  # exit status, negative for a signal
        self.ended = False  # whether all output was read
        self.errors_file = tempfile.TemporaryFile()
        self.master, slave = os.openpty()
        self._set_size(*size)
        self.termios_before = termios.tcgetattr(slave)
        reader, writer = os.pipe()
        try:
            self.process = subprocess.Popen(
                self.argv,
                stdin=slave if stdin is None else stdin,
                stdout=slave,
                stderr=self.errors_file,
                env=self._environment(env or {}, locale, term),
                cwd=cwd,
                preexec_fn=lambda: self._lead(slave, writer),
            )
        finally:
            os.close(slave)
            os.close(writer)
        with os.fdopen(reader) as pipe:
            self.pid = int(pipe.readline())
        os.set_blocking(self.master, False)

    @staticmethod
    def _lead(slave, writer):
        """In the child: leads the terminal's session as a shell does, with the program as its job in the
        foreground. Without a shell the kernel stops nothing at ^Z. The shell ends as the job did."""
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        job = os.fork()
        if job == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(slave, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            os.write(writer, b"%d\n" % os.getpid())
            return
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGTSTP):
            signal.signal(number, signal.SIG_IGN)
        os.closerange(0, 1024)
        status = os.waitstatus_to_exitcode(os.waitpid(job, 0)[1])
        if status < 0:
            if -status != signal.SIGKILL:
                signal.signal(-status, signal.SIG_DFL)
            os.kill(os.getpid(), -status)
        os._exit(status)

    @staticmethod
    def _environment(extra, locale, term):
        names = ("PATH", "HOME", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        made = {"TERM": term, "LC_ALL": locale, "TZ": "UTC", "XDG_CONFIG_HOME": "/nonexistent"}
        return {name: value for name, value in {**kept, **made, **extra}.items() if value is not None}

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close()
        if kind is None:
            report = self.errors()
            canary.check(self.output, "what went to the terminal")
            canary.check(report, "standard error")
            assert "Sanitizer" not in report and "runtime error:" not in report, report[:4000]

    # ---- what goes in ----

    def keys(self, names):
        """Presses keys by name, with spaces between: "j j Tab / ^D Enter"."""
        for name in names.split():
            self.send_bytes(self._key(name))

    def type(self, text):
        self.send_bytes(text.encode())

    def _key(self, name):
        if name in CURSOR_KEYS:
            return (b"\x1bO" if APPLICATION_CURSOR in self.screen.mode else b"\x1b[") + CURSOR_KEYS[name]
        if re.fullmatch(r"\^[A-Z]", name):
            return bytes([ord(name[1]) ^ 64])
        return KEYS.get(name) or name.encode()

    def send_bytes(self, data):
        deadline = time.monotonic() + PATIENCE
        while data:
            try:
                data = data[os.write(self.master, data) :]
            except BlockingIOError:
                if not self.pump(deadline):
                    raise Gone(f"the program does not read its keys\n{self.dump()}") from None

    def signal(self, number):
        os.kill(self.pid, number)

    def resize(self, columns, lines):
        """A new size; the kernel tells the program."""
        self.screen.resize(lines, columns)
        self._set_size(columns, lines)

    def _set_size(self, columns, lines):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def hang_up(self):
        """The other end of the terminal goes away, as when a connection drops."""
        os.close(self.master)
        self.master = -1
        self.ended = True

    # ---- what comes out ----

    def pump(self, deadline):
        """Reads once, at most until deadline. False when the time is over or nothing more can come."""
        if self.ended:
            return False
        ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:  # EIO: the program has left and all was read
            data = b""
        if not data:
            self.ended = True
            return False
        self.output += data
        self.stream.feed(data)
        return True

    def wait_for(self, what, timeout=None):
        """Reads until `what` is true: a text on the screen, a compiled pattern, or a function of this object."""
        deadline = time.monotonic() + (timeout or PATIENCE)
        holds = self._predicate(what)
        while True:
            found = holds(self)
            if found:
                return found
            if not self.pump(deadline):
                raise Gone(f"{what!r} did not come (exit status {self.process.poll()})\n{self.dump()}")

    def eventually(self, check, timeout=10):
        """Reads until check(self) raises no AssertionError; the last one when time is over."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                return check(self)
            except AssertionError:
                if not self.pump(deadline):
                    raise

    @staticmethod
    def _predicate(what):
        if isinstance(what, str):
            return lambda term: what in term.text()
        if isinstance(what, re.Pattern):
            return lambda term: what.search(term.text())
        return what

    def quiet_for(self, seconds):
        """Reads for that long; returns how many bytes came."""
        before = len(self.output)
        deadline = time.monotonic() + seconds
        while self.pump(deadline):
            pass
        return len(self.output) - before

    def settle(self, quiet=1.3, timeout=None):
        """Reads until nothing came for `quiet` seconds: longer than the second between two looks at the counts."""
        deadline = time.monotonic() + (timeout or PATIENCE)
        while time.monotonic() < deadline and self.quiet_for(quiet):
            pass

    def wait_exit(self, timeout=None):
        """Reads until the program has left; returns its status (negative: the signal that ended it)."""
        deadline = time.monotonic() + (timeout or PATIENCE)
        watch = os.pidfd_open(self.process.pid) if self.process.poll() is None else os.open(os.devnull, os.O_RDONLY)
        try:
            while self.process.poll() is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Gone(f"the program is still there\n{self.dump()}")
                sources = [watch] if self.ended else [watch, self.master]
                if self.master in select.select(sources, [], [], left)[0]:
                    self.pump(deadline)
        finally:
            os.close(watch)
        while self.pump(deadline):
            pass
        self.status = self.process.returncode
        return self.status

    def wait_state(self, letter, timeout=None):
        """Reads until the kernel says that the process is in that state, and what it wrote before is read."""
        deadline = time.monotonic() + (timeout or PATIENCE)
        while self.state() != letter:
            if time.monotonic() > deadline:
                raise Gone(f"state {self.state()}, not {letter}\n{self.dump()}")
            self.pump(min(deadline, time.monotonic() + 0.02))
        while self.pump(time.monotonic()):
            pass

    # ---- what is seen ----

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def line(self, number):
        """A line of the screen, 0 is the first; negative from below."""
        return self.lines()[number]

    def text(self):
        return "\n".join(self.lines())

    def dump(self):
        size = f"{self.screen.columns}x{self.screen.lines}"
        errors = self.errors()
        return f"---- screen {size} ----\n{self.text()}\n----" + (f"\n{errors[:4000]}" if errors else "")

    def errors(self):
        """What the program wrote to standard error."""
        self.errors_file.seek(0)
        return self.errors_file.read().decode(errors="replace")

    def termios(self):
        """The terminal's settings now (as termios.tcgetattr gives them)."""
        return termios.tcgetattr(self.master)

    def cpu_seconds(self):
        """Processor time that the program has used so far."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as file:
            columns = file.read().rsplit(")", 1)[1].split()
        return (int(columns[11]) + int(columns[12])) / os.sysconf("SC_CLK_TCK")

    def state(self):
        """The kernel's letter for the process: R, S, T, Z ..."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0]

    def rss_bytes(self):
        """Memory that the program has in use."""
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def close(self):
        if self.process.poll() is None:
            for number in (signal.SIGCONT, signal.SIGTERM):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, number)
            with contextlib.suppress(Gone):
                self.wait_exit(timeout=3)
            if self.process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)
                self.process.wait()
        if self.master >= 0:
            os.close(self.master)
            self.master = -1


STATES = re.compile(r"^ ?(LIVE|END|HELD|READING|FILTERING)\b")
NOW = "2026-11-23T14:05:00Z"  # where time stands still in tests


def state(term):
    """The word on the first line that says what the stream does; None before the first frame."""
    match = STATES.match(term.line(0))
    return match.group(1) if match else None


def settled(term):
    """Whether all history is on the screen and no filter is under way."""
    return state(term) in ("LIVE", "END", "HELD")


@contextlib.contextmanager
def dashboard(program, *arguments, **options):
    """The program on a terminal, past its first full screen. Without arguments: the demo, time standing still."""
    arguments = arguments or ("demo", "--now", NOW)
    with Terminal([program, *arguments], **options) as term:
        term.wait_for(settled)
        yield term
