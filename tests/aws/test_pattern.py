"""test_pattern.py - the filter patterns of the bench do what the documentation of CloudWatch Logs says."""

import pytest

from pattern import PatternError, compile_pattern

ACCEPT = "2 123456789012 eni-1 192.0.2.7 198.51.100.9 43416 443 6 8 568 1566848875 1566848933 ACCEPT OK"
REJECT = "2 123456789012 eni-1 192.0.2.8 198.51.100.9 43417 22 6 1 40 1566848875 1566848933 REJECT OK"
NODATA = "2 123456789012 eni-1 - - - - - - - 1566848875 1566848933 - NODATA"
NAMES = "version, account, eni, src, dst, srcport, dstport, proto, packets, bytes, start, end, action, status"


def row(**conditions):
    return "[" + ", ".join(conditions.get(name, name) for name in NAMES.split(", ")) + "]"


CASES = [
    # pattern, what of (ACCEPT, REJECT, NODATA) matches
    ("", (True, True, True)),
    ("REJECT", (False, True, False)),
    ("reject", (False, False, False)),
    ("REJ", (False, False, False)),
    ("REJECT OK", (False, True, False)),
    ("OK REJECT", (False, True, False)),
    ('"REJECT OK"', (False, True, False)),
    ('"OK REJECT"', (False, False, False)),
    ("?REJECT ?NODATA", (False, True, True)),
    ("-REJECT", (True, False, True)),
    ("OK -REJECT", (True, False, False)),
    ("?NODATA OK", (True, True, False)),
    ("%198[.]51%", (True, True, False)),
    ('"192.0.2.7" -NODATA', (True, False, False)),
    (row(), (True, True, True)),
    (row(action="action=REJECT"), (False, True, False)),
    (row(action='action="REJECT"'), (False, True, False)),
    (row(action="action!=ACCEPT && action!=-"), (False, True, False)),
    (row(action="action=ACCEPT || action=REJECT"), (True, True, False)),
    (row(action="action = REJECT||action = -"), (False, True, True)),
    (row(dstport="dstport=22"), (False, True, False)),
    (row(dstport="dstport>=443"), (True, False, False)),
    (row(dstport="dstport<443"), (False, True, False)),
    (row(dstport="dstport>22 && dstport<=443"), (True, False, False)),
    (row(dstport="dstport!=22"), (True, False, True)),
    (row(dstport="dstport=4*"), (True, False, False)),
    (row(src="src=192.0.2.*"), (True, True, False)),
    (row(src="src=%^192\\.0\\.2\\.[78]$%"), (True, True, False)),
    (row(src="src!=%8$%"), (True, False, True)),
    (row(bytes="bytes=40.0"), (False, True, False)),
    ("[..., action=REJECT, status]", (False, True, False)),
    ("[..., status=OK]", (True, True, False)),
    ("[v=2, ..., action=REJECT, status]", (False, True, False)),
    ("[version, ...]", (True, True, True)),
    ("[...]", (True, True, True)),
    ("[a, b]", (False, False, False)),
    (row(action="action=REJECT && action=ACCEPT || action=-"), (False, False, True)),
]


@pytest.mark.parametrize("pattern,expected", CASES)
def test_matches(pattern, expected):
    matches = compile_pattern(pattern)
    assert tuple(bool(matches(message)) for message in (ACCEPT, REJECT, NODATA)) == expected


def test_brackets_and_quotes_are_one_column():
    assert compile_pattern("[host, time, request, code=404]")('192.0.2.1 [10/Oct/2026 13:55] "GET /a b" 404')
    assert compile_pattern("[..., code=404]")('192.0.2.1 [10/Oct/2026 13:55] "GET /a b" 404')


@pytest.mark.parametrize(
    "pattern",
    [
        "a-b",
        "192.0.2.7",
        '"open',
        "[a, b",
        "[a b]",
        "[]",
        "[a=]",
        "[a, ..., b, ..., c]",
        "[a=1 && b=2]",
        "[a=1 &&]",
        "[a>x]",
        "[a=%(b|c)%]",
        "[a=%b!%]",
        "%[%",
        "%a% %b% %c%",
        "[a=%1%, b=%2%, c=%3%]",
        "{ $.a = 1 }",
        "x" * 1025,
    ],
)
def test_refused(pattern):
    with pytest.raises(PatternError):
        compile_pattern(pattern)
