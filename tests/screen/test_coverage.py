"""Every row of the key table has a screen script that presses one of its keys."""

import re
from pathlib import Path

import pytest
from conftest import ROOT, TESTS
from test_screens import statements

TABLE = ROOT / "tui" / "app" / "action.def"
ROW = re.compile(r'^X\(\w+,\s*"([^"]+)",\s*\w+,\s*"((?:\\.|[^"\\])*)"', re.M)


def rows():
    """(command, its keys) of every row that has keys."""
    return [(name, keys.replace("\\\\", "\\").split()) for name, keys in ROW.findall(TABLE.read_text()) if keys]


def covered():
    """Command -> keys that are pressed in the scripts that name it, those that need AWS too."""
    found = {}
    for path in (*Path(__file__).parent.glob("*.script"), *(TESTS / "aws").glob("*.script")):
        said = list(statements(path))
        pressed = {key for word, rest in said if word == "keys" for key in rest.split()}
        for word, rest in said:
            for name in rest.split() if word == "covers" else []:
                found.setdefault(name, set()).update(pressed)
    return found


def test_the_table_is_read():
    assert len(rows()) > 40


@pytest.mark.parametrize("name, keys", rows())
def test_key_row_has_a_script(name, keys):
    pressed = covered().get(name)
    assert pressed is not None, f"no script covers {name}"
    assert pressed & set(keys), f"a script covers {name} but presses none of {keys}"


def test_scripts_cover_nothing_that_is_not_there():
    assert set(covered()) <= {name for name, _ in rows()}
