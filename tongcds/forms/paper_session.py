"""Typing in a whole list: which lines are typed, saved or doubtful, and the draft of what is not saved yet.

What one line means is `paper_line`; `ui.screens.paper_entry` draws the list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from tongcds.domain.views import EditUndo, PaperHome, RoundRow
from tongcds.forms.days import read_past_day
from tongcds.forms.paper_line import FIELDS, Reading, is_empty, read_line
from tongcds.i18n import format_date

_NAME: Final = "paper"


class LineStatus(StrEnum):
    """How far one line is."""

    OPEN = "open"
    TYPED = "typed"
    DOUBTFUL = "doubtful"
    SAVED = "saved"


def draft_name(round_id: bytes | None) -> str:
    """Under which name the lines of a round that are not saved yet are kept; None: of no round."""
    return _NAME if round_id is None else f"{_NAME} {round_id.hex()}"


class PaperSession:
    """The lines of one list. What is typed goes through `write`; `day_words` and `who` hold for all lines.

    Args:
        row: the round; None where papers of no round are typed in.
        homes: its lines in the order of the paper.
    """

    def __init__(self, row: RoundRow | None, homes: Sequence[PaperHome], today: date) -> None:
        self.round = row
        self.lines = list(homes)
        self.who: bytes | None = None
        self._today = today
        self._texts: dict[bytes, dict[str, str]] = {}
        self._saved: dict[bytes, tuple[dict[str, str], EditUndo]] = {}
        self._wrong: dict[bytes, str] = {}
        self._sending: dict[bytes, dict[str, str]] = {}
        self.day_words = format_date(today if row is None else min(today, row.ends_on))

    @property
    def draft(self) -> str:
        """The name of its draft."""
        return draft_name(self.round.round_id if self.round is not None else None)

    @property
    def day(self) -> date | None:
        """The day that stands over the lines; None for what is no day."""
        return read_past_day(self.day_words, self._today)

    def add(self, home: PaperHome) -> None:
        """One more line, for a household that is not on the list."""
        if all(one.household_id != home.household_id for one in self.lines):
            self.lines.append(home)

    def texts(self, home: PaperHome) -> Mapping[str, str]:
        """What stands in a line."""
        return self._texts.get(home.household_id, dict.fromkeys(FIELDS, ""))

    def write(self, home: PaperHome, field: str, text: str) -> None:
        """Type something into a field of a line."""
        self._texts.setdefault(home.household_id, dict.fromkeys(FIELDS, ""))[field] = text
        self._wrong.pop(home.household_id, None)

    def read(self, home: PaperHome) -> Reading:
        """What the line means."""
        by_id = self.who or home.member_id
        return read_line(self.texts(home), home, self._today, on=self.day, by_id=by_id)

    def status(self, home: PaperHome) -> LineStatus:
        """How far the line is."""
        if home.household_id in self._wrong:
            return LineStatus.DOUBTFUL
        saved = self._saved.get(home.household_id)
        if saved is not None and saved[0] == self.texts(home):
            return LineStatus.SAVED
        return LineStatus.OPEN if is_empty(self.texts(home)) else LineStatus.TYPED

    def wrong(self, home: PaperHome) -> str:
        """Why the line could not be saved, or ""."""
        return self._wrong.get(home.household_id, "")

    def before(self, home: PaperHome) -> EditUndo | None:
        """What this line wrote when it was saved before, to be taken back when it is saved again."""
        saved = self._saved.get(home.household_id)
        return saved[1] if saved is not None else None

    def mark_sending(self, home: PaperHome) -> None:
        """The line as it stands is being saved: it is no part of the draft any more."""
        self._sending[home.household_id] = dict(self.texts(home))

    def is_sending(self, home: PaperHome) -> bool:
        """Whether the line is on its way to the disk."""
        return home.household_id in self._sending

    def mark_saved(self, home: PaperHome, texts: Mapping[str, str], undo: EditUndo) -> None:
        """The line is on disk, as these texts said it."""
        self._sending.pop(home.household_id, None)
        self._saved[home.household_id] = dict(texts), undo
        self._wrong.pop(home.household_id, None)

    def mark_wrong(self, home: PaperHome, sentence: str) -> None:
        """The line could not be saved; it stays in the draft, and the others go on."""
        self._sending.pop(home.household_id, None)
        self._wrong[home.household_id] = sentence

    def forget(self, home: PaperHome) -> None:
        """What the line wrote was taken back; its texts stay to be typed over."""
        self._saved.pop(home.household_id, None)

    def after(self, home: PaperHome, step: int = 1) -> PaperHome | None:
        """The line after this one, or with -1 the one before; None beyond the ends."""
        at = next(at for at, one in enumerate(self.lines) if one.household_id == home.household_id) + step
        return self.lines[at] if 0 <= at < len(self.lines) else None

    def counts(self) -> Mapping[LineStatus, int]:
        """How many lines stand how."""
        found = [self.status(home) for home in self.lines]
        return {status: found.count(status) for status in LineStatus}

    def content(self) -> dict[str, object]:
        """The draft: lines that are neither saved nor being saved as they stand."""
        left = {
            home.household_id.hex(): dict(self.texts(home))
            for home in self.lines
            if self.status(home) in {LineStatus.TYPED, LineStatus.DOUBTFUL}
            and self._sending.get(home.household_id) != self.texts(home)
        }
        return {"day": self.day_words, "who": self.who.hex() if self.who else "", "lines": left}

    def restore(self, content: Mapping[str, object]) -> int:
        """Fill in a draft; answers how many lines it held. Households that are not here are left out."""
        lines, day, who = content.get("lines"), content.get("day"), content.get("who")
        if isinstance(day, str) and day:
            self.day_words = day
        if isinstance(who, str) and who:
            self.who = bytes.fromhex(who)
        drafted = lines if isinstance(lines, Mapping) else {}
        found = 0
        for home in self.lines:
            texts = drafted.get(home.household_id.hex())
            if isinstance(texts, Mapping):
                found += 1
                for field in FIELDS:
                    if isinstance(text := texts.get(field), str):
                        self.write(home, field, text)
        return found

    @staticmethod
    def drafted(content: Mapping[str, object]) -> tuple[bytes, ...]:
        """The households of which a draft holds a line."""
        lines = content.get("lines")
        return tuple(bytes.fromhex(home) for home in lines) if isinstance(lines, Mapping) else ()
