"""pattern.py - CloudWatch Logs filter patterns, as the documentation of the service describes them
(docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html).

    matches = compile_pattern('[..., action=REJECT, status]')
    matches("2 123456789012 … REJECT OK")  -> True

Terms:    REJECT OK     all of them, case matters      "REJECT OK"  as written     ?A ?B  any of them     -A  without
          %4[0-9]%      a regular expression
Columns:  [a, b=1*, c!=x && c!="y z", ..., last>10 || last=%^a%]     one name a column, `...` any number of columns

Where the documentation leaves a choice, the stricter reading is taken: a plain term is a whole word, not a part of one.
JSON patterns ({ $.a = 1 }) are refused; flow logs are not JSON.
"""

import re

LONGEST = 1024
MOST_EXPRESSIONS = 2
EXPRESSION = re.compile(r"[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|\\*+. ]*")  # no parentheses, no '!'
COLUMN = re.compile(r'\[[^\]]*\]|"[^"]*"|[^ ]+')
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
TERM = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|([A-Za-z0-9_]+))')
TEST = re.compile(r'\s*(\w+)\s*(<=|>=|!=|=|<|>)\s*(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|([^\s,\]&|"%]+))')
JOIN = re.compile(r"\s*(&&|\|\|)")
NAME = re.compile(r"\s*(\w+)")


class PatternError(ValueError):
    """CloudWatch Logs would answer InvalidParameterException."""


def compile_pattern(text):
    """message -> whether it matches."""
    if len(text) > LONGEST:
        raise PatternError(f"{len(text)} characters, at most {LONGEST}")
    if text.count("%") // 2 > MOST_EXPRESSIONS:
        raise PatternError(f"at most {MOST_EXPRESSIONS} regular expressions")
    text = text.strip()
    if not text:
        return lambda message: True
    if text.startswith("{"):
        raise PatternError("JSON patterns are not for flow logs")
    return columns(text) if text.startswith("[") else terms(text)


def expression(text):
    if not EXPRESSION.fullmatch(text):
        raise PatternError(f"not allowed in a regular expression: {text}")
    try:
        return re.compile(text)
    except re.error as error:
        raise PatternError(f"{text}: {error}") from None


def unescape(text):
    return re.sub(r"\\(.)", r"\1", text)


# ---- terms ----


def terms(text):
    place, every, some, without = 0, [], [], []
    while place < len(text):
        found = TERM.match(text, place)
        if not found or (found.end() < len(text) and not text[found.end()].isspace()):
            raise PatternError(f"quote what is not alphanumeric: {text[place:]}")
        sign, quoted, regular, plain = found.groups()
        if regular is not None:
            test = expression(regular).search
        elif quoted is not None:
            test = (lambda phrase: lambda message: phrase in message)(unescape(quoted))
        else:
            test = re.compile(rf"(?<![A-Za-z0-9_]){plain}(?![A-Za-z0-9_])").search
        {"": every, "?": some, "-": without}[sign].append(test)
        place = found.end()
    if every or without:
        some = []  # "?" is ignored beside terms without it

    def matches(message):
        return (
            all(test(message) for test in every)
            and not any(test(message) for test in without)
            and (not some or any(test(message) for test in some))
        )

    return matches


# ---- columns ----


def columns(text):
    before, after, place, dots = [], [], 1, False
    while True:
        stripped = re.compile(r"\s*").match(text, place).end()
        if text.startswith("...", stripped):
            if dots:
                raise PatternError("... can be there once")
            dots, place = True, stripped + 3
        else:
            test, place = column(text, stripped)
            (after if dots else before).append(test)
        place = re.compile(r"\s*").match(text, place).end()
        if text.startswith(",", place):
            place += 1
        elif text[place:] == "]":
            return lambda message: row_matches(COLUMN.findall(message), before, after, dots)
        else:
            raise PatternError(f"',' or ']' is missing before: {text[place:]}")


def row_matches(row, before, after, dots):
    if len(row) < len(before) + len(after) or (not dots and len(row) != len(before)):
        return False
    return all(test is None or test(value) for test, value in zip(before, row)) and all(
        test is None or test(value) for test, value in zip(after, row[len(row) - len(after) :])
    )


def column(text, place):
    """(test or None, where it ends). Several tests: && binds tighter than ||."""
    first = TEST.match(text, place)
    if not first:
        name = NAME.match(text, place)
        if not name:
            raise PatternError(f"a name is missing before: {text[place:]}")
        return None, name.end()
    either, found = [[]], first
    while True:
        if found.group(1) != first.group(1):
            raise PatternError(f"two names in one column: {first.group(1)} and {found.group(1)}")
        either[-1].append(comparison(*found.groups()[1:]))
        join = JOIN.match(text, found.end())
        if not join:
            break
        if join.group(1) == "||":
            either.append([])
        found = TEST.match(text, join.end())
        if not found:
            raise PatternError(f"a comparison is missing after {join.group(1)}")
    tests = [tuple(tests) for tests in either]
    return lambda value: any(all(test(value) for test in every) for every in tests), found.end()


ORDER = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def comparison(operator, quoted, regular, plain):
    if operator in ORDER:
        text = plain if quoted is None else quoted
        if regular is not None or not NUMBER.fullmatch(text or ""):
            raise PatternError(f"{operator} needs a number")
        bound, order = float(text), ORDER[operator]
        return lambda value: bool(NUMBER.fullmatch(value)) and order(float(value), bound)
    if regular is not None:
        same = expression(regular).search
    else:
        same = equality(plain if quoted is None else unescape(quoted))
    return (lambda value: bool(same(value))) if operator == "=" else (lambda value: not same(value))


def equality(text):
    if "*" in text:
        return re.compile(".*".join(map(re.escape, text.split("*")))).fullmatch
    if NUMBER.fullmatch(text):
        number = float(text)
        return lambda value: value == text or (bool(NUMBER.fullmatch(value)) and float(value) == number)
    return lambda value: value == text
