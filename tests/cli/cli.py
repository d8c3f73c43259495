"""cli.py - what the tests of the commands share: running weir without a terminal, and flow logs made here."""

import json
import random
import subprocess

HEADER = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
)
NAMES = HEADER.split()
ACCOUNT = "123456789012"

ACCEPTED = f"2 {ACCOUNT} eni-0a5b 192.0.2.10 10.0.0.5 49152 443 6 10 8400 1700000000 1700000060 ACCEPT OK"
REJECTED = f"2 {ACCOUNT} eni-0a5b 198.51.100.7 10.0.0.5 40000 22 6 1 40 1700000060 1700000120 REJECT OK"
SIX = f"2 {ACCOUNT} eni-0c6d 2001:db8::1 2001:db8:1::5 50000 80 6 3 300 1700000120 1700000180 ACCEPT OK"
NODATA = f"2 {ACCOUNT} eni-0c6d - - - - - - - 1700000180 1700000240 - NODATA"
SKIPDATA = f"2 {ACCOUNT} eni-0c6d - - - - - - - 1700000240 1700000300 - SKIPDATA"
SMALL = [ACCEPTED, REJECTED, SIX, NODATA, SKIPDATA]


def run(weir, *arguments, data=b"", status=0, timeout=60, **options):
    """Runs weir to its end; returns (standard output, standard error) as text."""
    done = subprocess.run([weir, *map(str, arguments)], input=data, capture_output=True, timeout=timeout, **options)
    assert done.returncode == status, (done.returncode, done.stdout[-500:], done.stderr[-2000:])
    return done.stdout.decode(), done.stderr.decode()


def stats_of(errors):
    """The object of --stats, which is the last line of standard error."""
    stats = json.loads(errors.strip().split("\n")[-1])
    parts = ("records", "nodata", "skipdata", "headers", "blank", "malformed")
    assert stats["lines"] == sum(stats[name] for name in parts), stats
    assert stats["records"] == stats["shown"] + stats["filtered"], stats
    return stats


def write(path, lines):
    path.write_text("".join(line + "\n" for line in lines))
    return path


def as_object(line):
    """What the JSON of a line must be."""
    text = {"account-id", "interface-id", "srcaddr", "dstaddr", "action", "log-status"}
    pairs = zip(NAMES, line.split(" "))
    return {name: None if value == "-" else value if name in text else int(value) for name, value in pairs}


def generate(count, seed=7):
    """Lines of a small account: addresses, ports and actions that filters have something to choose from."""
    draw = random.Random(seed)
    hosts = [f"10.0.{draw.randrange(4)}.{draw.randrange(1, 255)}" for _ in range(40)]
    outside = [f"203.0.113.{k}" for k in range(1, 60)] + [f"198.51.{draw.randrange(256)}.{k}" for k in range(1, 40)]
    lines = []
    for k in range(count):
        start = 1700000000 + k // 5 + draw.randrange(-30, 30)
        eni = f"eni-0{draw.randrange(16):x}a5b"
        if draw.random() < 0.01:
            word = draw.choice(["NODATA", "SKIPDATA"])
            lines.append(f"2 {ACCOUNT} {eni} - - - - - - - {start} {start + 60} - {word}")
            continue
        protocol = draw.choice([6, 6, 6, 17, 1])
        ports = (0, 0) if protocol == 1 else (draw.randrange(1024, 65536), draw.choice([22, 53, 80, 443, 3389, 8080]))
        packets = draw.randrange(1, 2000)
        action = "REJECT" if ports[1] in (22, 3389) or draw.random() < 0.05 else "ACCEPT"
        lines.append(
            f"2 {ACCOUNT} {eni} {draw.choice(outside)} {draw.choice(hosts)} {ports[0]} {ports[1]} {protocol} "
            f"{packets} {packets * draw.randrange(40, 1500)} {start} {start + draw.randrange(60)} {action} OK"
        )
    return lines
