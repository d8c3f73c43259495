"""oracle.py - judges the bytes that a program sent to a terminal: printable text and sequences that the
terminal's own terminfo entry has, nothing else. A log line must not be able to drive a terminal."""

import re
import subprocess
import unicodedata

# What the program may send beside terminfo's strings, and why.
EXTRA = [
    rb"\x1b\[[0-9;:]*m",  # colours and attributes: setaf and sgr are programs, not strings
    rb"\x1b\[\?(1000|1002|1006|2004|7)[hl]",  # mouse, bracketed paste, wrapping: switched on, and off by the guard
    rb"\x1b\[\?25[hl]",
    rb"\x1b\[\?1049[hl]",
    rb"\x1b\(B",
    rb"\x1b\[r",  # the scroll region is the whole screen again
    rb"\x1b\[4l",  # no insertion
    rb"\x1b\\",  # ends whatever string was under way, and a sequence that was cut short before it
    rb"\x1b\[[0-9;?]*(?=\x1b\\)",
]
CLIPBOARD = rb"\x1b\]52;c;[A-Za-z0-9+/=]*(\x1b\\|\x07)"
# What terminfo knows and no dashboard has a use for: printing, reports, resets, the clipboard, titles, tabs.
UNUSED = re.compile(rb"k|mc\d|u\d|[ri]s\d|[rs]mm$|Ms|E3|S[se]$|C[rs]$|TS|[ft]sl|dsl|X[MT]|hts|tbc|cbt")
CONTROLS = b"\r\n\b\t\x0e\x0f"
INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def capabilities(term):
    """The string capabilities of a terminfo entry, name -> bytes as infocmp writes them."""
    listing = subprocess.run(["infocmp", "-1", "-x", term], capture_output=True, check=True).stdout
    return dict(re.findall(rb"^\s*(\w+)=((?:\\.|[^,\\])*),", listing, re.M))


def unescape(text):
    r"""infocmp's notation (\E, ^X, \,, \007) as bytes."""
    simple = {b"E": b"\x1b", b"n": b"\n", b"r": b"\r", b"b": b"\b", b"t": b"\t", b"s": b" ", b"0": b"\0"}

    def replace(match):
        token = match.group()
        if token[:1] == b"^":
            return bytes([token[1] ^ 64])
        if re.fullmatch(rb"\\[0-7]{3}", token):
            return bytes([int(token[1:], 8)])
        return simple.get(token[1:], token[1:])

    return re.sub(rb"\\[0-7]{3}|\\.|\^.", replace, text)


def allowed(term, clipboard=False):
    """A pattern of all control sequences that may come."""
    patterns = list(EXTRA) + ([CLIPBOARD] if clipboard else [])
    for name, text in capabilities(term).items():
        text = re.sub(rb"\$<[^>]*>", b"", unescape(text))
        if UNUSED.match(name) or b"%?" in text or not text.startswith(b"\x1b"):
            continue  # conditional strings are covered by EXTRA
        pieces = re.split(rb"%p\d(?:%\{\d+\}[%+-]*)*%?d|%i|%d", text)
        pattern = rb"\d+".join(re.escape(piece) for piece in pieces).replace(rb"\d+\d+", rb"\d+")
        if b"%" not in pattern.replace(rb"\%", b"%"):
            # A capability may be several sequences, and curses may send one of them.
            patterns += [pattern] + [rb"\x1b" + part for part in pattern.split(b"\x1b")[1:]]
    patterns.append(rb"\x1b\[\d+b")  # rep, behind the character
    return re.compile(b"|".join(sorted(set(patterns), key=len, reverse=True)))


def violations(output, term="xterm-256color", clipboard=False, ascii_only=False):
    """What does not belong into output: a list of (offset, bytes around it)."""
    pattern = allowed(term, clipboard)
    found, rest, position = [], bytearray(), 0
    output = bytes(output)
    while position < len(output):
        byte = output[position]
        match = pattern.match(output, position) if byte == 0x1B else None
        if match:
            position = match.end()
            continue
        if byte == 0x1B or (byte < 0x20 and byte not in CONTROLS) or byte == 0x7F or (ascii_only and byte > 0x7F):
            found.append((position, output[max(0, position - 10) : position + 20]))
        rest.append(byte if byte >= 0x20 else 0x20)
        position += 1
    return found + bad_text(bytes(rest))


def bad_text(data):
    """Bytes that are no UTF-8 and characters that cannot be seen or that turn the text around."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return [(error.start, data[max(0, error.start - 10) : error.start + 20])]
    return [
        (offset, f"U+{ord(char):04X}".encode())
        for offset, char in enumerate(text)
        if unicodedata.category(char) in INVISIBLE
    ]
