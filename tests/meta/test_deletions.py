"""B12: whatever can delete rows or files is registered here, with the reason why nothing unreceived goes.

A new `.delete()`, `unlink`, `rmtree`, `truncate`, DELETE or DROP in `tongcds` fails until somebody says here
why it may. What happens to an unreceived write is tried in `tests/property/test_unreceived.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.meta.rules import ROOT, sources

_CALLS = {"delete", "unlink", "rmtree", "rmdir", "removedirs", "truncate"}
_OF_OS = {"os.remove", "os.truncate", "os.ftruncate"}
_SQL = re.compile(r"^\s*(DELETE\s+FROM|DROP\s+TABLE|TRUNCATE)\b", re.IGNORECASE)

REGISTERED = {
    # rows of records
    "replica/pages.py:_leave": "keeps the marker as long as an own write of the record is unseen",
    "replica/pages.py:leave_areas": "leaves an area whole while an own write in it is unseen",
    "replica/pages.py:_forget_others": "keeps of a trainer what an own write of is unseen",
    "replica/doubt.py:drop_doubted": "what the server made, or removed; nothing that an own write waits on",
    "replica/lost.py:forget_lost": "what was remembered of others, once the server has it, or it was erased",
    "replica/lost.py:forget_old": "what the server lost half a year ago and nobody may say again",
    "replica/own.py:mark_returned": "the server's receipt covers the write; it stays whole in the log",
    "replica/receive.py:_Merging._leave_markers": "moved markers, replaced by newer ones",
    "replica/compare.py:_drop": "what the server lacks or has elsewhere, and no own write waits on",
    "replica/upkeep.py:drop_own": "own writes that a receipt covers since half a year",
    "replica/upkeep.py:drop_tombstones": "removed records that no own write waits on",
    "server/tidy.py:_tidy_area": "removed records and markers that every laptop of the area has passed",
    "server/figures.py:_note_hidden": "a note about a published figure, not the figure",
    "server/grouped.py:_keep": "counts by groups of people, made anew from the records",
    "server/custody.py:keep": "one row, replaced by a newer recovery code",
    "server/custody.py:lay_down": "one row, replaced by newer terms",
    "server/attachments.py:_unneeded": "a note about a file, not the file",
    # a laptop's own state
    "storage/attachment_notes.py:_forget": "notes about a file whose time is over, or that is not here",
    "storage/repair.py:forget_keys": "a copy of a backup's slots, in a folder that never had a vault",
    "storage/custody.py:put_terms": "one row, replaced by newer terms",
    "storage/custody.py:settle": "what was agreed with the province and is done",
    "storage/lease.py:_put": "one row, replaced",
    "storage/audit.py:let_go": "lines of the access log whose time is over; the chain's hash there stays",
    "storage/local.py:forget_decided": "notes of others' writes from a stick that the server decided",
    "storage/belated.py:forget": "a note of an export, once the access log and the list of files have it",
    "storage/exports.py:forget": "a line of the list of exported files",
    "replica/identity.py:new_identity": "one row, replaced; only before the first write",
    "storage/local.py:save_enrolment": "one row, replaced",
    "storage/local.py:drop_draft": "a draft that was saved as a record, or that a person threw away",
    "storage/local.py:put_note": "one row, replaced",
    "storage/quality.py:_check": "what was found doubtful is made anew from the records",
    "storage/quality.py:check_some": "notes of what had to be looked at again, which it was",
    "storage/quality.py:forget": "what was found of somebody who was erased",
    "storage/merged.py:follow": "what follows from the records, worked out anew",
    "storage/search.py:rebuild": "an index, built anew from the records",
    "storage/search.py:_forget": "an index, built anew from the records",
    # files
    "storage/backups.py:make": "an unfinished backup",
    "storage/backups.py:rotate": "a backup that is superseded by newer, verified ones",
    "storage/files.py:write_whole": "an unfinished file",
    "storage/journal.py:Journal.__init__": "what was cut off while it was written and never called saved",
    "storage/journal.py:Journal.withdraw": "entries of a save that failed, and was said to have failed",
    "storage/journal.py:make": "an unfinished journal; the one before is replaced whole",
    "storage/repair.py:_forget": "a rebuilt vault that is not used; what was there stays",
    "storage/erasure.py:_forget_drafts": "words of somebody whose erasure was asked for",
    "storage/retirement.py:decide": "a mark that did not come onto the disk: nothing was decided",
    "storage/retirement.py:_destroy": "keys of a vault that is elsewhere whole, or that two people give up",
    "storage/retirement.py:_clear": "what no key opens any more",
    "storage/retirement.py:clear_way": "a mark of a vault that is gone",
    "storage/vault.py:Vault.create": "a vault whose making was cut off, in which nothing was saved",
    "protocol/bundle.py:write": "an unfinished bundle",
    "sync/carrying.py:hand_over": "another laptop's file, once the server answered that it has it",
    "sync/carrying.py:_thin": "the oldest of others' files beyond a bound; their laptops hold it",
    "sync/carrying.py:_write": "an unfinished file",
    "protocol/sealed.py:Growing.add": "what was not written whole, and failed",
    "protocol/sealed.py:Growing.cut": "pieces of a download that are fetched again",
    "protocol/sealed.py:Growing.__init__": "what was cut off while it was written",
    "actions/exports.py:delete": "a file that a person wants deleted; the vault holds it",
    "commands/privacy.py:list_exports": "as actions/exports.py:delete",
    "actions/recovery.py:open_as_province": "what an opening that failed had put there itself",
    "storage/attachment_files.py:AttachmentFiles.forget": "a file that no record names any more",
    "storage/attachment_files.py:AttachmentFiles.keep": "an unfinished file",
    "storage/attachment_files.py:AttachmentFiles.settle": "a download that is not what it was said to be",
    "server/attachment_files.py:AttachmentFiles.forget": "a file that no record names any more",
    "server/attachment_files.py:AttachmentFiles.forget_part": "an unfinished upload; the laptop has the file",
    "server/attachment_files.py:AttachmentFiles.remove_stale": "expired uploads; the laptop has the file",
    "server/attachment_files.py:AttachmentFiles.settle": "an upload that is not what it was said to be",
    "server/folder.py:remove_folder": "a server's folder whose founding failed",
}


def deletions(source: str) -> Iterator[str]:
    """Names of the functions in which something is deleted, one for each such place."""

    def visit(node: ast.AST, inside: tuple[str, ...]) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            named = isinstance(child, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
            here = (*inside, child.name) if named else inside
            if _deletes(child):
                yield ".".join(here)
            yield from visit(child, here)

    yield from visit(ast.parse(source), ())


def _deletes(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and _SQL.match(node.value) is not None
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in _CALLS or ast.unparse(called) in _OF_OS


def found() -> set[str]:
    folder = ROOT / "tongcds"
    return {
        f"{path.relative_to(folder).as_posix()}:{name}"
        for path in sources("tongcds")
        for name in deletions(path.read_text(encoding="utf-8"))
    }


def test_b12_whatever_deletes_is_registered() -> None:
    there = found()
    assert sorted(there - REGISTERED.keys()) == [], "say in REGISTERED why nothing unreceived goes"
    assert sorted(REGISTERED.keys() - there) == [], "these delete nothing any more"


def test_b12_control_a_new_deletion_is_seen() -> None:
    lines = (
        "connection.execute(table.delete())",
        "connection.execute(delete(TABLE).where(x))",
        "path.unlink()",
        "shutil.rmtree(folder)",
        "os.remove(path)",
        "file.truncate(0)",
        "raw.execute('DELETE FROM household')",
        "raw.execute('drop table household')",
    )
    for line in lines:
        assert list(deletions(f"class A:\n  def f(self):\n    {line}\n")) == ["A.f"], line
    assert list(deletions("def f():\n    rows.clear()\n    'Nothing was deleted.'\n")) == []


def test_b12_schema_files_delete_nothing() -> None:
    for path in (ROOT / "tongcds").rglob("*.sql"):
        assert not _deletes_in_sql(path), path


def _deletes_in_sql(path: Path) -> bool:
    return any(_SQL.match(line) for line in path.read_text(encoding="utf-8").splitlines())
