"""Every command the pages name exists, and no page names a file that is not there."""

import re
import shlex

import pytest

from quell.cli.grammar import grammar

PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/index.md",
    "docs/tutorial.md",
    "docs/numbers.md",
    "docs/python.md",
    "docs/eeg.md",
    "docs/pharmacokinetics.md",
)
COMMAND = re.compile(r"^(?:\$ )?((?:make|quell|uv run quell) [^#\n]*)", re.MULTILINE)
INLINE = re.compile(r"`((?:make|quell) [^`]+)`")
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _commands(text: str) -> set[str]:
    found = [line for block in BLOCK.findall(text) for line in COMMAND.findall(block)]
    return {command.removeprefix("uv run ").strip() for command in [*found, *INLINE.findall(BLOCK.sub("", text))]}


@pytest.fixture(scope="module")
def targets(root) -> set[str]:
    return set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_exists(page, root, targets):
    for command in _commands((root / page).read_text(encoding="utf-8")):
        program, *words = shlex.split(command)
        if program == "make":
            assert words[0] in targets, command
        else:
            _understood(words, command)


def _understood(words: list[str], command: str) -> None:
    try:
        grammar().parse_args(words)
    except SystemExit as stop:
        assert stop.code in (0, None), f"{command} is not understood"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_the_page_leads_somewhere(page, root):
    text = (root / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    missing = [link for link in links if not ((root / page).parent / link).exists()]
    assert not missing


def test_make_says_what_it_can(root, targets):
    told = re.findall(r"^([a-z]+):.*##", (root / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(told) == targets
