"""words.py - what must not be written: functions with a safer sister, // comments, notes to self."""

import re

from ctext import blank, c_files, line_comments

# where, words, why; a word is a call in code
BANNED = [
    ("core tui tests", "strcpy strcat sprintf vsprintf gets strtok alloca", "no bounds: snprintf"),
    ("core tui", "strncpy strncat", "no end: snprintf"),
    ("core tui", "atoi atol atoll atof sscanf scanf", "no errors: value_parse, strtoull"),
    ("core tui tests", "rand srand random drand48", "not the same everywhere: a seeded generator of ours"),
    ("core tui tests", "localtime gmtime ctime asctime", "not for threads: use the _r one"),
    ("core", "strerror", "not for threads: strerror_r"),
    ("core tui", "system popen tmpnam mktemp tempnam signal", "no shells, no races, sigaction"),
    ("core", "printf fprintf vprintf vfprintf puts putchar fputs perror fwrite", "the core never prints"),
    ("core", "exit _exit abort quick_exit", "the core never exits"),
    ("core", "getenv secure_getenv setenv putenv", "the core never reads the environment"),
    ("tui", "addstr addnstr addch waddstr waddnstr mvaddstr addwstr", "text goes through the canvas"),
    ("tui", "printw wprintw mvprintw mvwprintw", "text goes through the canvas"),
]
CURSES_DOOR = re.compile(r"tui/screen/term[a-z_]*\.c$")
NOTE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def check(root):
    """Lines "path:line: what" of every violation below root."""
    found = []
    calls = [(where, re.compile(rf"(?<![\w.>])({'|'.join(words.split())})\s*\("), why) for where, words, why in BANNED]
    for path in c_files(root, ("core", "tui", "tests")):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        found += [f"{name}:{line}: // comment" for line in line_comments(text)]
        for number, line in enumerate(blank(text, keep_comments=True).split("\n"), 1):
            if NOTE.search(line):
                found.append(f"{name}:{number}: a note to self: {line.strip()}")
        for number, line in enumerate(blank(text).split("\n"), 1):
            for where, pattern, why in calls:
                match = name.split("/")[0] in where.split() and pattern.search(line)
                if match and not (CURSES_DOOR.search(name) and "canvas" in why):
                    found.append(f"{name}:{number}: {match.group(1)}: {why}")
    return found
