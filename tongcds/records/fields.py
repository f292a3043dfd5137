"""Fields by the names that declarations call them."""

from __future__ import annotations

from tongcds.records.declare import Field, Kind, PersonalData


def text(name: str, personal: PersonalData = PersonalData.NONE) -> Field:
    """Words as somebody typed them."""
    return Field(name, Kind.TEXT, personal)


def word(name: str, personal: PersonalData = PersonalData.NONE) -> Field:
    """One of some words that the program knows."""
    return Field(name, Kind.WORD, personal)


def ident(name: str) -> Field:
    """The id of another record."""
    return Field(name, Kind.ID)


def day(name: str, personal: PersonalData = PersonalData.NONE) -> Field:
    """A date."""
    return Field(name, Kind.DATE, personal)


def whole(name: str, personal: PersonalData = PersonalData.NONE) -> Field:
    """A whole number."""
    return Field(name, Kind.INT, personal)
