"""The demo's story on a terminal: port 80 flips, the revoke is named with its author, its rule and what undoes it; the
decoy and the refused attempt are not blamed. No key but for opening the event."""

import base64
import re

import pytest
from harness import NOW, Terminal

REVOKE = "RevokeSecurityGroupIngress"


def begun(weir, *options, size=(120, 60), **settings):
    term = Terminal([weir, "demo", "--now", NOW, "--seed", "7", *options], size=size, **settings)
    term.wait_for(lambda t: any("I = why" in line and REVOKE[:20] in line for line in t.lines()))
    return term


@pytest.mark.parametrize("size", [(80, 24), (120, 60), (200, 50)])
def test_the_event_line_says_it_without_a_key(weir, size):
    with begun(weir, size=size) as term:
        line = next(line for line in term.lines() if "I = why" in line)
        assert "tcp 80 of web-1 rejected since 13:40:00Z: RevokeSecurityGroupIng" in line
        marks = next(line for line in term.lines() if line.startswith(" events"))
        assert "◇▼" in marks


def test_the_event_opened_has_the_whole_story(weir):
    with begun(weir) as term:
        term.keys("I Enter")
        term.wait_for("Not a cause")
        text = term.text()
        change, aside = text[text.index("The change:"):].split("Not a cause")
        for word in (REVOKE, "shop-web (sg-0a000000000000a01)", "2026-11-23 13:39:54Z, 6s before the first REJECT",
                     "role/InfraPipeline, session run-4411", "192.0.2.7", "Terraform",
                     "- ingress tcp 80 from 0.0.0.0/0", "- ingress tcp 80 from ::/0",
                     "aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-0a000000000000a01"):
            assert word in re.sub(r"\s+", " ", change), word
        assert "dev-7" not in change
        assert "Client.UnauthorizedOperation" in aside and "13:33:53 RevokeSecurityGroupIngress by user/dev-7" in aside
        assert "certain: broken by role/InfraPipeline" in text
        term.keys("Esc Esc")
        term.wait_for("START(Z)")


def test_the_report_is_copied_and_saved(weir, tmp_path):
    with begun(weir, cwd=tmp_path) as term:
        term.keys("I Enter")
        term.wait_for("Not a cause")
        term.keys("y")
        term.wait_for("copied the report")
        copied = re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)", bytes(term.output))
        report = base64.b64decode(copied.group(1)).decode()
        assert report.startswith("# tcp 80 of web-1 is rejected since 2026-11-23 13:40:00 UTC")
        assert "authorize-security-group-ingress" in report and "user/dev-7" in report
        for name in ("incident.md", "incident.json"):
            term.keys("S")
            term.type(name)
            term.keys("Enter")
            term.wait_for(f"saved the report to {name}")
            assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "incident.md").read_text() == report
        term.keys("S")
        term.type("incident.md")
        term.keys("Enter")
        term.wait_for("it exists already")
