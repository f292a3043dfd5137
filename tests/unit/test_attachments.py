"""What may be attached, and what is left out of it."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from random import Random

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageReader

from tests.pictures import HERE, chunk, exif, frame, jpeg, pdf, png, segment
from tongcds.domain.attachments import JPEG, MAX_BYTES, MAX_SIDE, PDF, PNG, content_hash, examine
from tongcds.errors import UserError


def refusal(content: bytes) -> str:
    with pytest.raises(UserError) as refused:
        examine(content)
    return refused.value.code


def drawn(kind: str) -> bytes:
    """A picture that Qt drew: grey, one red corner."""
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(0xFF808080)
    for x in range(10):
        for y in range(10):
            image.setPixel(x, y, 0xFFFF0000)
    store = QByteArray()
    buffer = QBuffer(store)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind)
    return bytes(store)


def shown(content: bytes) -> QImage:
    buffer = QBuffer()
    buffer.setData(content)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    return reader.read()


def with_added(content: bytes, *parts: bytes) -> bytes:
    return content[:2] + b"".join(parts) + content[2:]


@pytest.mark.parametrize(
    ("content", "kind"), [(jpeg(), JPEG), (jpeg(added=frame(9, 9, 0xC2)), JPEG), (png(), PNG), (pdf(), PDF)]
)
def test_photos_and_papers_are_known_by_their_bytes(content, kind):
    found = examine(content)
    assert (found.media_type, found.content) == (kind, content)


def test_place_owner_and_small_picture_are_left_out():
    plain = jpeg()
    added = b"".join((
        exif(),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + HERE),
        segment(0xED, b"Photoshop 3.0\x00" + HERE),
        segment(0xE2, b"MPF\x00" + HERE),
        segment(0xE0, b"JFXX\x00\x10" + HERE),
        segment(0xE4, HERE),
        segment(0xFE, HERE),
    ))  # fmt: skip
    whole = jpeg(added=added, after=b"\xff\xd8another picture" + HERE)
    assert HERE in whole
    assert examine(whole).content == plain


def test_the_small_picture_in_the_first_segment_is_left_out():
    small = b"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x02\x02" + HERE[:12]
    plain = jpeg()
    first = segment(0xE0, b"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")
    assert examine(plain.replace(first, segment(0xE0, small))).content == plain


def test_colours_stay_as_they_were_taken():
    kept = segment(0xE2, b"ICC_PROFILE\x00\x01\x01" + bytes(64)) + segment(
        0xEE, b"Adobe\x00\x64\x00\x00\x00\x00\x01"
    )
    assert examine(jpeg(added=kept)).content == jpeg(added=kept)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_a_picture_stays_upright_and_loses_the_place(turn, order):
    photo = with_added(drawn("JPEG"), exif(turn=turn, order=order))
    found = examine(photo).content
    assert HERE in photo
    assert HERE not in found
    assert (b"Exif" in found) is (turn != 1)
    before, after = shown(photo), shown(found)
    assert (after.width(), after.height()) == ((20, 40) if turn > 4 else (40, 20))
    assert before == after


@pytest.mark.parametrize("turn", [0, 9, 65535])
def test_a_turn_that_is_none_is_left_out(turn):
    assert examine(jpeg(added=exif(turn=turn))).content == jpeg()


def test_a_png_is_drawn_the_same_without_what_was_added():
    plain = drawn("PNG")
    head_end = 8 + 25
    text = chunk(b"tEXt", b"Comment\x00" + HERE) + chunk(b"eXIf", HERE) + chunk(b"tIME", bytes(7))
    found = examine(plain[:head_end] + text + plain[head_end:] + HERE).content
    assert HERE not in found
    assert shown(found) == shown(plain)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"MZ\x90\x00", b"GIF89a", b"PK\x03\x04", b"<svg/>", b"RIFF\x00\x00\x00\x00WEBP", b"\xff\xd8",
        b"BM", b" %PDF-1.4", b"II*\x00", b"\x89PNG\r\n", b"<html>",
    ],
)  # fmt: skip
def test_anything_else_is_refused(content):
    assert refusal(content) == "attachment_kind"


def test_a_large_file_is_refused():
    assert refusal(jpeg() + bytes(MAX_BYTES)) == "attachment_too_big"


@pytest.mark.parametrize(
    "content",
    [
        jpeg(width=30_000, height=30_000),
        jpeg(width=MAX_SIDE + 1, height=1),
        jpeg(width=9_000, height=9_000),
        png(30_000, 30_000),
        png(1, MAX_SIDE + 1),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1 << 31, 1 << 31, 16, 6, 0, 0, 0)),
    ],
)
def test_a_picture_of_too_many_dots_is_refused_by_its_header_alone(content):
    assert refusal(content) == "attachment_huge"


def test_a_picture_without_a_size_is_refused():
    assert refusal(jpeg(width=0)) == "attachment_incomplete"
    assert refusal(png(0, 5)) == "attachment_incomplete"


@pytest.mark.parametrize("content", [jpeg(2000), png(), pdf()])
def test_a_file_that_breaks_off_is_refused(content):
    for end in range(8, len(content) - 8, 7):
        assert refusal(content[:end]) in {"attachment_incomplete", "attachment_kind"}


@pytest.mark.parametrize("seed", range(3))
def test_damage_of_any_kind_ends_in_a_refusal_or_a_picture(seed):
    random = Random(seed)
    for content in (jpeg(300, added=exif(turn=6)), png()):
        for _ in range(500):
            damaged = bytearray(content)
            for _ in range(random.randrange(1, 6)):
                damaged[random.randrange(3, len(damaged))] = random.randrange(256)
            with suppress(UserError):
                assert len(examine(bytes(damaged)).content) <= len(damaged) + 40


def test_endless_small_segments_are_refused():
    assert refusal(b"\xff\xd8" + segment(0xFE, b"") * 30_000) == "attachment_incomplete"
    assert refusal(png()[:33] + chunk(b"tEXt", b"") * 30_000) == "attachment_incomplete"


def test_a_chunk_that_was_changed_is_noticed():
    content = bytearray(png())
    at = content.index(b"IDAT") + 6
    content[at] ^= 1
    assert zlib.crc32(bytes(content)) != zlib.crc32(png())
    assert refusal(bytes(content)) == "attachment_incomplete"


def test_the_same_bytes_have_the_same_name():
    assert content_hash(b"a") == content_hash(b"a") != content_hash(b"b")
    assert len(content_hash(b"")) == 32
