"""canary.py - no secret shows. The secret keys and tokens of the loopback AWS have a word in them that stands nowhere
else. Whatever weir prints in any test is searched for it, and so is every file that a test leaves behind, but for those
in which the test itself put the credentials (below a folder .aws).
"""

import subprocess

WORD = b"CANARY"
Popen = subprocess.Popen


def check(what, where):
    """Fails if there is a secret in bytes or text."""
    data = what.encode(errors="surrogateescape") if isinstance(what, str) else bytes(what or b"")
    at = data.find(WORD)
    assert at < 0, f"a secret shows in {where}: …{data[max(0, at - 40):at]!r}"


def check_files(folder):
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and ".aws" not in path.parts:
            check(path.read_bytes(), path)


class CheckedPopen(Popen):
    """Looks at all that weir says to communicate(), which subprocess.run() calls."""

    def communicate(self, *arguments, **options):
        said = super().communicate(*arguments, **options)
        words = [self.args] if isinstance(self.args, (str, bytes)) else self.args
        if str(words[0]).endswith("weir"):
            for what, where in zip(said, ("standard output", "standard error")):
                check(what, f"{where} of weir {' '.join(map(str, words[1:]))}")
        return said


def install():
    subprocess.Popen = CheckedPopen
