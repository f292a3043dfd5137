"""Invented villages and the ways in which one list spells them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_NAMES = [
    ("Bản", "Nà Ngà"), ("Bản", "Co Trai"), ("Thôn", "Tràng Cát"), ("Thôn", "Hòa Bình"), ("Tiểu khu", "3"),
    ("Tổ dân phố", "5"), ("Ấp", "Đông An"), ("Buôn", "K'Nia"), ("Khóm", "Mỹ Ửng"), ("Xóm", "Đồi"),
    ("Bon", "Ênh"), ("Khu phố", "12"), ("Bản", "Nà Nga"),
]  # fmt: skip


@dataclass
class Village:
    """A village of a sheet; `met` says whether it was spelled before, so that its spelling is settled."""

    kind: str
    own: str
    met: bool = False

    @property
    def name(self) -> str:
        return f"{self.kind} {self.own}"

    def in_heading(self, chance: Random, *, capitals: bool) -> str:
        """Return a heading that names it: its number in front, a colon behind, perhaps in capitals."""
        text = chance.choice((self.name, self.name.upper() if capitals else self.name, self.name.lower()))
        self.met = True
        return (
            chance.choice(("", "", "I. ", "II/ ", "3 - ", "IV. ")) + text + chance.choice(("", "", ":", "."))
        )

    def in_cell(self, chance: Random, *, case_is_kept: bool, capitals: bool) -> tuple[str, bool]:
        """Return its name as a row has it, and whether that still differs once the letters are put right.

        `case_is_kept`: the letters keep their case, so that small letters amid a name stay small.
        """
        ways = [(self.name, False), (self.name, False), (self.name, False)]
        ways += [(self.name.lower(), False), (f"{self.name}.", False)]
        if capitals:
            ways.append((self.name.upper(), False))
        if self.met and not self.own.isdigit():
            ways.append((self.own, True))
            if " " in self.own:
                ways.append((f"{self.kind} {self.own.replace(' ', '-')}", True))
                if case_is_kept:
                    first, _, last = self.own.partition(" ")
                    ways.append((f"{self.kind} {first} {last.lower()}", True))
            if "òa" in self.own:
                ways.append((self.name.replace("òa", "oà"), True))
        self.met = True
        return chance.choice(ways)


def some_villages(chance: Random) -> list[Village]:
    """Return a few villages, all different."""
    return [Village(*one) for one in chance.sample(_NAMES, chance.choice((1, 2, 3, 4)))]
