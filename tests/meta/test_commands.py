"""Every command and every option of the command lines is in the papers."""

from __future__ import annotations

import argparse

import pytest

from tests.meta import rules
from tongcds import cli
from tongcds.server import cli as server_cli

PAPER = (rules.ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
LAPTOP, PROVINCE = PAPER.split("## At the province")


def commands(parser):
    """Command -> its parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def long_options(parser):
    return {
        option for action in parser._actions for option in action.option_strings if option.startswith("--")
    } - {"--help"}


def missing(parser, paper):
    """Commands and options that the paper does not mention."""
    found = [name for name in commands(parser) if f"`{name}" not in paper]
    for name, command in commands(parser).items():
        found += [f"{name} {option}" for option in sorted(long_options(command)) if option not in paper]
    return found


@pytest.mark.parametrize(
    ("parser", "paper"), [(cli._parser, LAPTOP), (server_cli._parser, PROVINCE)], ids=["laptop", "province"]
)
def test_every_command_and_option_is_in_the_papers(parser, paper):
    assert missing(parser(), paper) == []


def test_a_command_or_option_that_is_nowhere_would_be_noticed():
    parser = argparse.ArgumentParser()
    added = parser.add_subparsers()
    added.add_parser("sync").add_argument("--backwards")
    added.add_parser("bake")
    assert missing(parser, LAPTOP) == ["bake", "sync --backwards"]


@pytest.mark.parametrize("code", [cli.DONE, cli.MISTAKE, cli.USAGE, cli.USER, cli.UNAVAILABLE, cli.LOOK])
def test_every_exit_code_is_in_the_papers(code):
    assert f"\n| {code} | " in LAPTOP
