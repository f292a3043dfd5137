"""Rebuilds units, catalogues and samples from their sources: `python -m resources.build SOURCE_DIR`.

SOURCE_DIR holds `data/units` (tables of units, see README.md), `domain` (the four catalogues as researched)
and `samples` (registers of invented people). What the sources lack, the tables in `additions` add.
Everything written is read back through the program's own checks, so a mistake stops the build with its
file, line and column.
"""

from __future__ import annotations

import csv
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from tongcds.domain import catalogue, units
from tongcds.domain.text import clean
from tongcds.errors import TongcdsError, sentence

HERE: Final = Path(__file__).resolve().parent
TESTS: Final = HERE.parent / "tests" / "data" / "imports"

UNIT_FILES: Final = (
    "provinces_2025.csv",
    "communes_2025.csv",
    "units_before_2025.csv",
    "commune_successors.csv",
    "LICENSE-vietnamadminunits.txt",
)
REGISTERS: Final = ("ho-dan-sach.xlsx", "ho-dan-cu.xlsx")
PROVINCE_CODES: Final = {"Sơn La": "14", "Thanh Hóa": "38", "Lâm Đồng": "68", "Sóc Trăng": "94"}

# The research notes call the documents they were drawn from "seeds" and number them.
_CITATIONS: Final = (
    (r"named in the Sơn La seed", "named in the Sơn La plan of 2024"),
    (r"seeds 000, 002, 001", "plans of Sơn La and Thanh Hóa"),
    (r"seed 002", "QĐ 811/QĐ-UBND (Sơn La)"),
    (r"seed 004", "NQ 07-NQ/TU (Sóc Trăng)"),
    (r"no number in the seed", "no number in the document"),
    (r"not stated in the seed", "not stated in the document"),
    (r"the only count in this seed", "the only count in this document"),
    (r"seed gives none", "the document gives none"),
)

Cells = dict[str, str]


def main(arguments: Sequence[str]) -> int:
    """Rebuild everything from the source folder named by the only argument; 0 when all went well."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("usage: python -m resources.build SOURCE_DIR\n")
        return 2
    source = Path(arguments[0])
    try:
        with tempfile.TemporaryDirectory() as checked:
            build(source, Path(checked))
            shutil.copytree(checked, HERE, dirs_exist_ok=True)
        copy_samples(source, HERE, TESTS)
    except TongcdsError as error:
        sys.stderr.write(sentence(error) + "\n")
        return 1
    sys.stdout.write("units, catalogues and samples rebuilt\n")
    return 0


def build(source: Path, into: Path) -> None:
    """Write `units` and `catalogues` below an empty folder and read them back.

    Raises:
        UserError: something in the sources is wrong; the parameters say where.
    """
    (into / "units").mkdir(parents=True, exist_ok=True)
    (into / "catalogues").mkdir(parents=True, exist_ok=True)
    for name in UNIT_FILES:
        shutil.copyfile(source / "data" / "units" / name, into / "units" / name)
    units.Units.load(into / "units")
    shutil.copyfile(HERE / "catalogues" / "facts.csv", into / "catalogues" / "facts.csv")
    domain = source / "domain"
    tables: dict[str, tuple[type[Any], Iterable[Cells]]] = {
        "service_groups.csv": (catalogue.ServiceGroup, _groups(domain)),
        "services.csv": (catalogue.Service, _services(domain)),
        "skills.csv": (catalogue.Skill, _skills(domain)),
        "documents.csv": (catalogue.Document, _additions("documents", key="code").values()),
        "indicators.csv": (catalogue.Indicator, _indicators(domain)),
        "targets.csv": (catalogue.Target, _targets(domain)),
    }
    for name, (row_type, rows) in tables.items():
        _write(into / "catalogues" / name, [field.name for field in fields(row_type)], rows)
    folder = into / "catalogues"
    catalogue.forget()
    for wrong in catalogue.problems(folder):
        raise wrong


def copy_samples(source: Path, into: Path, tests: Path) -> None:
    """Copy the invented villages and registers to `sample` and to the tests."""
    (into / "sample").mkdir(parents=True, exist_ok=True)
    tests.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(
        source / "data" / "units" / "villages_sample.csv", into / "sample" / "villages_sample.csv"
    )
    samples = source / "samples"
    shutil.copyfile(samples / REGISTERS[0], into / "sample" / REGISTERS[0])
    for register in REGISTERS:
        shutil.copyfile(samples / register, tests / register)
        shutil.copyfile(samples / f"{register}.expected.json", tests / f"{register}.expected.json")


def _groups(domain: Path) -> Iterable[Cells]:
    added = _additions("service_groups", key="code")
    names: dict[str, Cells] = {}
    for row in _read(domain / "services.csv"):
        names.setdefault(row["group"], {"name_vi": row["group_vi"], "name_en": row["group_en"]})
    return [{"code": code, **row, **added.get(code, {})} for code, row in names.items()]


def _services(domain: Path) -> Iterable[Cells]:
    added = _additions("services", key="code")
    rows = []
    for row in _read(domain / "services.csv"):
        renamed = {"core": row["core5"], "personal_data": row["pdpl_class"], "basis": row["source_tag"]}
        rows.append(row | renamed | added.pop(row["code"], {}))
    _all_used("services", added)
    return rows


def _skills(domain: Path) -> Iterable[Cells]:
    english = _words("skill_group")
    return [
        row
        | {"group_en": english[row["group_vi"]], "audience_vi": row["audience"], "basis": row["source_tag"]}
        for row in _read(domain / "skills.csv")
    ]


def _indicators(domain: Path) -> Iterable[Cells]:
    added = _additions("indicators", key="code")
    english, documents = _words("pillar"), _additions("documents", key="key")
    rows = []
    for row in _read(domain / "indicators.csv"):
        cited = [documents[number]["code"] for number in row["seed_files"].split(";") if number]
        renamed = {
            "pillar_vi": row["pillar"],
            "pillar_en": english[row["pillar"]],
            "roll_up": "sum" if row["roll_up"] == "sum" else "ratio",
            "documents": ";".join(cited),
            "basis": row["source_tag"],
        }
        rows.append(row | renamed | added.pop(row["code"], {}))
    _all_used("indicators", added)
    return rows


def _targets(domain: Path) -> Iterable[Cells]:
    documents = _additions("documents", key="key")
    rows = []
    for row in _read(domain / "seed_targets.csv"):
        renamed = {
            "code": row["id"],
            "province_code": PROVINCE_CODES[row["province_at_time"]],
            "province": row["province_at_time"],
            "year": max(re.findall(r"20\d\d", row["target_year"])),
            "year_text": row["target_year"],
            "indicator": row["indicator_code"],
            "value": row["value"] if re.fullmatch(r"[0-9.]+", row["value"]) else "",
            "wording": row["exact_wording_vi"],
            "document": documents[row["seed_file"].split("_")[0]]["code"],
            "measurable": row["tcds_can_measure"],
        }
        rows.append(row | renamed)
    return rows


def _additions(name: str, *, key: str) -> dict[str, Cells]:
    return {row[key]: row for row in _read(HERE / "additions" / f"{name}.csv")}


def _words(kind: str) -> Mapping[str, str]:
    return {row["vi"]: row["en"] for row in _read(HERE / "additions" / "words.csv") if row["kind"] == kind}


def _all_used(name: str, left: Mapping[str, Cells]) -> None:
    if left:
        raise LookupError(name, sorted(left))


def _read(path: Path) -> list[Cells]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: _cited(clean(cell)) for name, cell in row.items()} for row in csv.DictReader(file)]


def _cited(text: str) -> str:
    for pattern, words in _CITATIONS:
        text = re.sub(pattern, words, text)
    return text


def _write(path: Path, columns: Sequence[str], rows: Iterable[Cells]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: row.get(name, "") for name in columns})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
