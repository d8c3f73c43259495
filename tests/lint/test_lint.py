"""The lint finds what is planted, and finds nothing in a tree without faults."""

import shutil
import subprocess
import sys
from pathlib import Path

import lint
import pytest
import sizes
import tables
import words

GUARD = "/* a.h - a header. */\n#ifndef WEIR_A_H\n#define WEIR_A_H\n{}\n#endif\n"


def plant(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def tree(tmp_path):
    """A tree with nothing wrong in it."""
    body = '#include "base/buf.h"\n\nint buf_size(void)\n{\n    return 1;\n}\n'
    plant(tmp_path, "core/base/buf.c", f"/* buf.c - bytes. */\n{body}")
    plant(tmp_path, "core/base/buf.h", GUARD.format("int buf_size(void);"))
    plant(tmp_path, "tui/screen/canvas.h", GUARD.format('#include "weir/safe.h"'))
    plant(tmp_path, "core/include/weir/safe.h", GUARD.format("typedef int weir_safe;").replace("_A_", "_SAFE_"))
    return tmp_path


def test_a_clean_tree_is_clean(tree):
    for name in ("layers", "words", "sizes", "paths", "headers"):
        assert lint.CHECKS[name](tree) == [], name


INCLUDES = [
    ("core/base/x.c", '"flow/decode.h"', "core/base must not include flow/decode.h"),
    ("core/flow/x.c", '"store/ring.h"', "core/flow must not include store/ring.h"),
    ("core/source/x.c", '"flow/format.h"', "core/source must not include flow/format.h"),
    ("core/detect/x.c", '"view/view.h"', "core/detect must not include view/view.h"),
    ("core/view/x.c", '"session/session.h"', "core/view must not include session/session.h"),
    ("core/include/weir/x.h", '"flow/block.h"', "a public header includes flow/block.h"),
    ("core/new/x.c", '"base/buf.h"', "has no row"),
    ("tui/screen/x.c", '"weir/session.h"', "tui/screen must not know weir/session.h"),
    ("tui/widget/x.h", '"weir/view.h"', "tui/widget must not know weir/view.h"),
    ("tui/pane/x.c", '"app/state.h"', "tui/pane must not include app/state.h"),
    ("tui/cli/x.c", '"screen/term.h"', "tui/cli must not include screen/term.h"),
    ("tui/app/x.c", '"base/buf.h"', "tui/app must not include base/buf.h"),
    ("tui/main.c", '"base/buf.h"', "must not include base/buf.h"),
    ("tui/app/x.c", '"state.h"', "name the room"),
    ("tui/pane/x.c", "<ncurses.h>", "ncurses.h has one door"),
    ("tui/app/x.c", "<ncursesw/curses.h>", "curses.h has one door"),
    ("core/query/lex.c", "<pcre2.h>", "pcre2.h has one door"),
    ("core/source/x.c", "<zlib.h>", "zlib.h has one door"),
    ("core/flow/envelope.h", "<jansson.h>", "jansson.h has one door"),
    ("tui/app/x.c", "<ini.h>", "ini.h has one door"),
    ("tui/pane/x.c", "<utf8proc.h>", "utf8proc.h has one door"),
    ("tui/screen/x.c", "<xxhash.h>", "xxhash.h has one door"),
]


@pytest.mark.parametrize("name, header, said", INCLUDES, ids=[f"{name}-{header}" for name, header, _ in INCLUDES])
def test_forbidden_include_is_found(tree, name, header, said):
    plant(tree, name, f"/* x. */\n#include {header}\n")
    found = lint.layers(tree)
    assert any(said in line and line.startswith(name) for line in found), found


def test_allowed_includes_are_not_found(tree):
    plant(tree, "core/query/match.c", '/* x. */\n#include <pcre2.h>\n#include "store/ring.h"\n')
    plant(tree, "tui/screen/term.c", '/* x. */\n#include <curses.h>\n#include "weir/status.h"\n')
    plant(tree, "tui/main.c", '/* x. */\n#include "app/app.h"\n#include "weir/weir.h"\n')
    assert lint.layers(tree) == []


CALLS = [
    ("core/base/x.c", "strcpy(a, b);"),
    ("core/base/x.c", "return sprintf(a, b);"),
    ("tui/cli/x.c", "int n = atoi(text);"),
    ("tui/cli/x.c", "localtime(&now);"),
    ("tests/unit/x.c", "rand();"),
    ("tui/app/x.c", "system(command);"),
    ("core/flow/x.c", 'printf("hello");'),
    ("core/flow/x.c", "exit(1);"),
    ("core/flow/x.c", 'getenv("HOME");'),
    ("tui/pane/x.c", "mvprintw(0, 0, text);"),
    ("tui/pane/x.c", "addstr (text);"),
    ("core/flow/x.c", "int a; // why"),
    ("core/flow/x.c", "/* TODO later */"),
]


@pytest.mark.parametrize("name, line", CALLS, ids=[line for _, line in CALLS])
def test_banned_word_is_found(tree, name, line):
    plant(tree, name, f"/* x. */\n{line}\n")
    found = words.check(tree)
    assert len(found) == 1 and found[0].startswith(f"{name}:2: "), found


def test_words_in_texts_comments_and_longer_names_are_not_found(tree):
    plant(tree, "core/flow/x.c", '/* never strcpy(a) */\nlog("rand() // https://x", my_rand(1), vec->exit(1));\n')
    assert words.check(tree) == []


def test_long_things_are_found(tree):
    plant(tree, "core/flow/f.c", "/* f. */\nint f(void)\n{\n" + "    g();\n" * 60 + "}\n")
    plant(tree, "core/flow/long.c", "/* l. */\n" + "int a;\n" * 500)
    plant(tree, "core/flow/wide.h", GUARD.format("int " + "a" * 120 + ";"))
    plant(tree, "core/flow/bare.h", "int a;\n")
    found = "\n".join(sizes.check(tree))
    assert "f.c:2: f has 63 lines" in found
    for said in ("long.c:500: 501 lines", "wide.h:4: 125 columns", "bare.h:1: no include guard"):
        assert said in found
    assert "bare.h:1: say what the file is" in found


def test_a_function_of_sixty_lines_is_not_found(tree):
    plant(tree, "core/flow/f.c", "/* f. */\nstatic int f(int a,\n             int b)\n{\n" + "    g();\n" * 56 + "}\n")
    assert sizes.check(tree) == []


def test_path_of_one_machine_is_found(tree):
    plant(tree, "README.md", "run " + "/ho" + "me/someone/weir\n")
    assert len(sizes.check_paths(tree)) == 1
    plant(tree, "README.md", "run ~/weir or build/home/weir\n")
    assert sizes.check_paths(tree) == []


def test_header_that_needs_another_is_found(tree):
    plant(tree, "core/base/needy.h", GUARD.format("size_t needy(void);"))
    plant(tree, "tui/screen/deep.h", GUARD.format('#include "base/buf.h"'))
    found = "\n".join(lint.headers(tree))
    assert "size_t" in found and "base/buf.h" in found


@pytest.mark.skipif(not shutil.which("clang-format"), reason="no clang-format")
def test_other_layout_is_found(tree):
    shutil.copy(Path(__file__).parent.parent.parent / ".clang-format", tree)
    try:
        assert lint.layout(tree) == []
        plant(tree, "core/base/x.c", "/* x. */\nint  x ;\n")
        assert len(lint.layout(tree)) == 1
    except lint.Skip as why:
        pytest.skip(str(why))


def test_key_table_that_differs_is_found(tree):
    program = plant(tree, "program", "#!/bin/sh\necho '| a | b |'\n")
    program.chmod(0o755)
    plant(tree, "README.md", "<!-- keys -->\n| a | b |\n<!-- /keys -->\n")
    assert tables.check(tree, program) == []
    plant(tree, "README.md", "<!-- keys -->\n| a | c |\n<!-- /keys -->\n")
    assert len(tables.check(tree, program)) == 1
    plant(tree, "README.md", "nothing\n")
    assert len(tables.check(tree, program)) == 1


def test_a_violation_fails_the_run(tree):
    plant(tree, "core/flow/x.c", "/* x. */\nint a; // why\n")
    command = [sys.executable, "-B", Path(lint.__file__), tree, "words", "paths"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout.endswith("1 passed, 1 failed\n")
