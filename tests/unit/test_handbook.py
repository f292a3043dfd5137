"""The help is whole in every language: what F1 shows, what `help` prints, what the manual is made of."""

from __future__ import annotations

import csv
import json
import re

import pytest

from tongcds import cli, handbook
from tongcds.i18n import LANGUAGES, set_language
from tongcds.paths import resources_folder

FOLDER = resources_folder() / "help"
LINK = re.compile(r"\]\(([^)]*)\)")


@pytest.fixture(autouse=True)
def vietnamese():
    yield
    set_language("vi")


def shape(text: str) -> list[str]:
    """What stands before each line's words: headings, items, rows of tables."""
    return [found[0] for line in text.splitlines() if (found := re.match(r"#+|\d+\.|-|\|", line))]


@pytest.mark.parametrize("words", sorted(LANGUAGES))
def test_every_file_is_in_the_contents_and_every_link_leads_somewhere(words):
    set_language(words)
    topics = handbook.topics()
    keys = [topic.key for topic in topics]
    assert sorted(keys) == sorted(path.stem for path in (FOLDER / words).glob("*.md"))
    assert len(set(keys)) == len(keys)
    for topic in topics:
        assert topic.title
        assert "<" not in topic.text, "no HTML"
        assert set(LINK.findall(topic.text)) <= set(keys), topic.key


def test_a_topic_says_the_same_in_every_language():
    of = {}
    for words in LANGUAGES:
        set_language(words)
        of[words] = {topic.key: shape(topic.text) for topic in handbook.topics()}
    assert of["vi"] == of["en"]


def test_a_part_that_nobody_knows_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "help"
    folder.mkdir()
    with (folder / "contents.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("topic", "part", "picture"), ("start", "bogus", "")])
    monkeypatch.setattr(handbook, "resources_folder", lambda: tmp_path)
    handbook._read.cache_clear()
    with pytest.raises(ValueError, match="bogus"):
        handbook.topics()
    handbook._read.cache_clear()


@pytest.mark.parametrize("typed", ["đồng bộ", "dong bo", "BO dong"])
def test_topics_are_found_with_marks_or_without_and_by_title_first(typed):
    set_language("vi")
    found = [topic.key for topic in handbook.search(typed)]
    assert found[0] == "sync"
    assert set(found) > {"sync"}
    assert handbook.search("xyzzy") == []
    assert list(handbook.search(" ")) == list(handbook.topics())


def test_an_unknown_topic_gives_the_first_steps():
    assert handbook.topic("nowhere").key == handbook.FIRST
    assert handbook.topic("usb").key == "usb"


def test_the_command_prints_one_topic_lists_several_and_says_when_there_is_none(capsys, tmp_path):
    base = ["--profile", str(tmp_path), "--language", "en", "help"]
    assert cli.main([*base, "usb"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("By USB stick\n")
    assert not re.search(r"\*\*|\]\(|^#", page, re.MULTILINE)
    assert cli.main(base) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(handbook.topics())
    assert cli.main([*base, "xyzzy"]) == cli.USER
    assert "xyzzy" in capsys.readouterr().err
    assert cli.main([*base, "eight words", "--json"]) == 0
    assert {entry["key"] for entry in json.loads(capsys.readouterr().out)} == {"forgotten"}
