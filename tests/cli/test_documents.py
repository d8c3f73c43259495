"""The manual page and the completions are read by the programs that they are made for."""

import shutil
import subprocess

import pytest
from cli import run


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not here")
def test_groff_has_nothing_to_say_about_the_manual(weir):
    page = run(weir, "--man-page")[0]
    done = subprocess.run(["groff", "-man", "-ww", "-Tutf8"], input=page.encode(), capture_output=True, timeout=60)
    assert done.stderr == b"" and done.returncode == 0
    for word in ("--completions", "pkt-srcaddr", "timeline", "demo"):
        assert word in page.replace("\\-", "-")


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not here")
def test_mandoc_has_no_errors_about_the_manual(weir):
    page = run(weir, "--man-page")[0]
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "error"], input=page.encode(), capture_output=True, timeout=60)
    assert done.stdout == b"", done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_read_their_completions(weir, shell):
    script = run(weir, "--completions", shell)[0]
    assert "filter" in script
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not here")
    done = subprocess.run([shell, "-n"], input=script.encode(), capture_output=True, timeout=60)
    assert done.returncode == 0 and done.stderr == b""


def completed(weir, words):
    script = f"""source <("{weir}" --completions bash)
        COMP_WORDS=({' '.join(words)} ''); COMP_WORDS[${{#COMP_WORDS[@]}}-1]="$1"; COMP_CWORD=$(({len(words)}))
        _weir; printf '%s\\n' "${{COMPREPLY[@]}}" """
    return lambda word: subprocess.run(
        ["bash", "-c", script, "bash", word], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not here")
def test_bash_completes_options_values_and_fields(weir):
    assert completed(weir, ["weir"])("--fo") == ["--follow", "--format"]
    assert completed(weir, ["weir", "-o"])("j") == ["jsonl"]
    assert completed(weir, ["weir", "top"])("pkt-src") == ["pkt-srcaddr", "pkt-src-aws-service"]
    assert "timeline" in completed(weir, ["weir"])("tim")
    assert "demo" in completed(weir, ["weir", "print"])("de")
