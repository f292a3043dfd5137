"""What the papers say about the project is what the project is."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import tomllib

import pytest

import tongcds
from tests.meta import rules

PROJECT = tomllib.loads((rules.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["name"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}


def test_the_program_knows_its_version():
    assert tongcds.__version__ == PROJECT["project"]["version"]


def text(name):
    return (rules.ROOT / name).read_text(encoding="utf-8")


def names(layer):
    return re.findall(r"\w+", layer)


def drawn_layers():
    drawing = text("ARCHITECTURE.md").split("```")[1].strip().splitlines()
    return [names(re.split(r"\s{2,}", line)[0]) for line in drawing]


def test_the_drawing_of_the_layers_is_the_contract():
    contract = [names(layer) for layer in CONTRACTS["layers of the core"]["layers"]]
    assert drawn_layers() == [["ui"], *contract]


def test_a_new_module_of_the_core_has_to_be_given_a_layer():
    assert CONTRACTS["layers of the core"]["exhaustive"] is True
    assert CONTRACTS["layers of the window"]["exhaustive"] is True


def locked(name):
    """Name -> whether hashes follow, for each package of a lock file."""
    return {
        re.split(r"==", entry, maxsplit=1)[0]: "--hash=sha256:" in entry
        for entry in re.split(r"\n(?=\S)", text(name).strip())
    }


def wanted(*extras):
    project = PROJECT["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return {re.match(r"[\w.-]+", line)[0].replace(".", "-").lower() for line in lines}


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.lock", ["server", "test"]), ("packaging/requirements.lock", ["package"])],
)
def test_the_lock_holds_every_dependency_with_hashes_and_no_address(lock, extras):
    packages = locked(lock)
    assert wanted(*extras) - packages.keys() == set()
    assert all(packages.values())
    assert re.search(r"https?://|file:|--(?:index|find)", text(lock)) is None


def test_every_dependency_of_the_program_has_its_reason_beside_it():
    listed = text("pyproject.toml").split("\ndependencies = [\n")[1].split("\n]")[0].splitlines()
    pairs = zip(listed[::2], listed[1::2], strict=True)
    assert [line for comment, line in pairs if not comment.strip().startswith("# ")] == []


COMES_ALONG = {
    "compression": "part of Python from 3.14; backports.zstd before",
    "shiboken6": "the other half of pyside6-essentials, always of the same version",
    "urllib3": "below requests, which has no name of its own for a header that is left out",
}


def undeclared(paths, *extras):
    """Imports that a fresh machine would not have: module -> the files that import it."""
    providers = importlib.metadata.packages_distributions()
    declared = wanted(*extras)
    found = {}
    for path in paths:
        for module in rules.imported_packages(path.read_text(encoding="utf-8")) - COMES_ALONG.keys():
            offered = {name.lower().replace(".", "-").replace("_", "-") for name in providers.get(module, [])}
            if not offered & declared:
                found.setdefault(module, []).append(rules.relative(path))
    return found


def test_nothing_is_imported_that_the_project_does_not_ask_for():
    server = rules.sources("tongcds/server")
    laptop = [path for path in rules.sources("tongcds", "ui") if path not in server]
    assert undeclared(laptop) == {}
    assert undeclared(server, "server") == {}
    assert undeclared(rules.sources("tests", "benchmarks", "scripts"), "server", "test") == {}


def test_an_import_that_nobody_asked_for_would_be_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(rules, "ROOT", tmp_path)
    stray = tmp_path / "stray.py"
    stray.write_text("import json\nimport click\nfrom psycopg import sql\nfrom tongcds import paths\n")
    assert undeclared_in(stray) == {"click", "psycopg"}
    assert undeclared_in(stray, "server") == {"click"}


def undeclared_in(path, *extras):
    return set(undeclared([path], *extras))


def make_targets():
    return {
        match[1]: match[2]
        for match in re.finditer(r"^([a-z]+):.*## (.+)$", text("Makefile"), flags=re.MULTILINE)
    }


def test_bare_make_lists_every_target():
    shown = subprocess.run(["make"], cwd=rules.ROOT, check=True, capture_output=True, text=True).stdout
    phony = set(re.search(r"\.PHONY: (.+)", text("Makefile"))[1].split())
    assert phony - {"help"} == set(make_targets()) - {"help"}
    assert [target for target in phony if f"make {target} " not in shown] == []


def test_the_readme_sets_up_with_two_commands():
    commands = re.findall(r"```sh\n(.+?)```", text("README.md"), flags=re.DOTALL)
    assert len(commands) == 2
    for block in commands:
        assert re.findall(r"^make (\w+)", block, flags=re.MULTILINE) == ["run", "test"]


@pytest.mark.parametrize("paper", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_between_papers_lead_somewhere(paper):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text(paper))
    assert [target for target in targets if not (rules.ROOT / target).exists()] == []


def test_the_licence_is_the_whole_gpl():
    licence = text("LICENSE")
    assert "GNU GENERAL PUBLIC LICENSE" in licence
    assert "17. Interpretation of Sections 15 and 16." in licence
    assert PROJECT["project"]["license"] == "GPL-3.0-or-later"


def test_each_decision_has_a_number_of_its_own():
    numbers = [path.name[:3] for path in (rules.ROOT / "docs" / "decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))
