"""screenshots.py - pictures of the real program in a real terminal: xterm under Xvfb, PNG files in screenshots/.

usage: screenshots.py [NAME...]     all of them without a name

Every picture is a row below: its size, its theme, and the steps that the program is told (--keys) until it
writes what it shows into a file; then the window is taken. Never made by hand, so they cannot rot.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("WEIR_BIN", ROOT / "build" / "release" / "weir")
NOW = "2026-11-23T14:05:00Z"
PATIENCE = 60  # seconds

# Background, foreground, and the sixteen colours as today's terminals have them by default.
DARK = ("#15181e", "#d7dae0", "#15181e #e5534b #57ab5a #c69026 #316dca #b083f0 #39c5cf #b6bcc6")
DARK += ("#768390 #ff6b61 #6bc46d #daaa3f #6cb6ff #dcbdfb #56d4dd #ffffff",)
LIGHT = ("#fbfbf8", "#24292e", "#24292e #cf222e #116329 #7d4e00 #0550ae #8250df #1b7c83 #6e7781")
LIGHT += ("#57606a #a40e26 #1a7f37 #953800 #0969da #a475f9 #3192aa #d0d7de",)

# name, columns, lines, colours of the terminal, arguments, steps until the picture. Without steps the
# list of flow logs is taken as it stands after some seconds; it asks the loopback AWS of tests/aws.
DEMO = ["demo", "--now", NOW]
SHOTS = [
    ("wide", 200, 50, DARK, DEMO, ["wait"]),
    ("80x24", 80, 24, DARK, DEMO, ["wait"]),
    ("facets", 80, 24, DARK, DEMO, ["wait", "keys Tab"]),
    ("held-spike", 120, 40, DARK, [*DEMO, "--filter", "reject"], ["wait", "keys e ] ]", "wait"]),
    ("detail", 120, 40, DARK, [*DEMO, "--filter", "reject and dstport=80"], ["wait", "keys Enter Tab Tab"]),
    ("explain", 120, 40, DARK, [*DEMO, "--filter", "reject and dstport=80"], ["wait", "keys Enter"]),
    ("path", 100, 28, DARK, [*DEMO, "--filter", "reject and dstport=80"], ["wait", "keys Enter Tab"]),
    ("flip", 120, 40, DARK, DEMO, ["wait", "keys I Enter", "wait"]),
    ("rules", 120, 40, DARK, [*DEMO, "--filter", "reject and dstport=80"], ["wait", "keys R", "wait", "wait"]),
    ("picker", 120, 24, DARK, [], []),
    ("light", 120, 40, LIGHT, [*DEMO, "--theme", "light"], ["wait"]),
]


@contextlib.contextmanager
def running(command, **options):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def display():
    """A new X server of our own; gives its name."""
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "2200x1200x24", "-nolisten", "tcp"]
    with running(command, pass_fds=[writer], stderr=subprocess.DEVNULL):
        os.close(writer)
        with os.fdopen(reader) as number:
            name = number.readline().strip()
        if not name:
            sys.exit("screenshots: Xvfb did not start")
        yield f":{name}"


def until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > deadline:
            sys.exit(f"screenshots: {what} did not come in {PATIENCE} s")
        time.sleep(0.05)
    return found


def xterm(columns, lines, colours, command):
    background, foreground, *palette = colours
    resources = {
        "faceName": "DejaVu Sans Mono",
        "faceSize": "10",
        "background": background,
        "foreground": foreground,
        "internalBorder": "6",
        "borderWidth": "0",
        "scrollBar": "false",
        "utf8": "2",
        "cursorBlink": "false",
        "pointerMode": "0",
        "boldColors": "false",
    }
    resources.update({f"color{k}": colour for k, colour in enumerate(" ".join(palette).split())})
    options = [word for name, value in resources.items() for word in ("-xrm", f"XTerm*{name}: {value}")]
    return ["xterm", "-tn", "xterm-256color", "-geometry", f"{columns}x{lines}+0+0", *options, "-e", *map(str, command)]


def take(target, environment):
    """Writes the window, once two pictures in a row are the same."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder, "window.bmp")
        last = None

        def same_twice():
            nonlocal last
            subprocess.run(["import", "-window", "root", raw], env=environment, check=True)
            last, before = raw.read_bytes(), last
            return last == before

        until(same_twice, "a quiet window")
        subprocess.run(["mogrify", "-format", "png", "-path", target.parent, raw], env=environment, check=True)
        target.with_name("window.png").rename(target)
    # The window without the empty desktop around it, in few colours and with no dates inside.
    shrink = ["-bordercolor", "black", "-border", "1", "-trim", "+repage", "-strip", "+dither", "-colors", "96"]
    subprocess.run(["mogrify", *shrink, "-define", "png:exclude-chunks=date,time", target], env=environment, check=True)


@contextlib.contextmanager
def account():
    """The environment of a made-up account."""
    sys.path.insert(0, str(ROOT / "tests" / "aws"))
    from accounts import three_flow_logs
    from server import Bench

    with tempfile.TemporaryDirectory() as home, Bench() as bench:
        three_flow_logs(bench.world)
        yield bench.env(home)


def shoot(name, columns, lines, colours, arguments, steps, server):
    target = ROOT / "screenshots" / f"{name}.png"
    kept = {name: value for name, value in os.environ.items() if name not in ("COLORTERM", "NO_COLOR", "TERM")}
    environment = {**kept, "DISPLAY": server, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        if not steps:
            environment.update(stack.enter_context(account()))
        script, seen = Path(folder, "steps"), Path(folder, "seen")
        script.write_text("\n".join([*steps, f"dump {seen}", ""]))
        command = [PROGRAM, *arguments, *(["--keys", script] if steps else [])]
        began = time.monotonic()
        with running(xterm(columns, lines, colours, command), env=environment, cwd=folder) as terminal:

            def painted():
                if terminal.poll() is not None:
                    sys.exit(f"screenshots: {name}: the program left: {' '.join(map(str, command))}")
                return seen.exists() and seen.stat().st_size if steps else time.monotonic() > began + 3

            until(painted, f"{name}: the screen")
            take(target, environment)
    print(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1024} KiB")


def main(names):
    (ROOT / "screenshots").mkdir(exist_ok=True)
    known = {shot[0]: shot for shot in SHOTS}
    wrong = [name for name in names if name not in known]
    if wrong:
        sys.exit(f"screenshots: no picture {wrong[0]}; there are {', '.join(known)}")
    with display() as server:
        for name in names or known:
            shoot(*known[name], server)


if __name__ == "__main__":
    main(sys.argv[1:])
