"""The help: a window beside the work, with the topics on the left and one of them on the right."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import (
    QFont,
    QKeySequence,
    QShortcut,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QTextBrowser, QWidget

from tongcds import handbook
from tongcds.handbook import Topic
from tongcds.i18n import _
from ui import theme
from ui.theme import TEXT_STYLES, Length, Style, space
from ui.widgets.button import Button
from ui.widgets.cells import RowCell
from ui.widgets.field import SearchField
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, column, line, open_at

_LINE_HEIGHT: Final = 145
"""In percent: long text is read more easily with air between its lines."""

_OF_HEADING: Final = {1: Style.TITLE, 2: Style.HEADING, 3: Style.STRONG}


def aired(shape: QTextBlockFormat) -> None:
    """Give a paragraph the air between its lines that the help has."""
    shape.setLineHeight(_LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)


def written(document: QTextDocument, text: str) -> None:
    """Put Markdown of the help into a document, dressed in the styles of the theme.

    HTML in it stays text. Fonts are in pixels, so that the size of text in the settings holds here too.
    """
    look = theme.current()
    body = QFont(theme.FAMILIES[0])
    body.setFamilies(theme.FAMILIES)
    body.setPixelSize(look.scaled(TEXT_STYLES[Style.BODY].size))
    document.setDefaultFont(body)
    document.setMarkdown(
        text,
        QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML,
    )
    cursor = QTextCursor(document)
    block = document.begin()
    while block.isValid():
        cursor.setPosition(block.position())
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        shape = block.blockFormat()
        level = shape.headingLevel()
        aired(shape)
        shape.setTopMargin(space(4) if level else 0)
        in_cell = cursor.currentTable() is not None
        shape.setBottomMargin(0 if in_cell else space(1 if block.textList() is not None else 2))
        cursor.setBlockFormat(shape)
        if level:
            style = TEXT_STYLES[_OF_HEADING[level]]
            heavy = QTextCharFormat()
            heavy.setFontWeight(QFont.Weight(style.weight))
            heavy.setProperty(QTextCharFormat.Property.FontSizeAdjustment, 0)
            heavy.setProperty(QTextCharFormat.Property.FontPixelSize, look.scaled(style.size))
            cursor.mergeCharFormat(heavy)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            grid = frame.format().toTableFormat()
            grid.setBorder(Length.LINE)
            grid.setBorderCollapse(True)
            grid.setBorderBrush(look.colour("outline"))
            grid.setCellPadding(space(1.5))
            grid.setLeftMargin(Length.LINE)
            grid.setTopMargin(space(1))
            grid.setBottomMargin(space(3))
            grid.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
            frame.setFormat(grid)


class _Page(QTextBrowser):
    """Shows a topic. It loads nothing, neither a picture nor a file: the text is all there is."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setAccessibleName(_("Help"))
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:
        return None


class HelpWindow(QDialog):
    """Stays open beside the program; `topic_shown` carries the key of the topic that is read.

    Down in the field goes to the topics, Enter on one to its text, Alt+Left goes back.
    """

    topic_shown = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Help"))
        self._read: list[str] = []
        self._glanced = False  # the last one came up while somebody was typing
        self.field = SearchField(_("Find in the help…"), keys="Ctrl+K")
        self.field.left.connect(self.reject)
        self.field.textChanged.connect(self._find)
        self._topics = RowsModel[Topic]([Column(_("Topics"), _entry, stretch=1)])
        self.list = RowsView(self._topics, name=_("Topics"), headings=False)
        self.list.picked.connect(self._picked)
        self.list.opened.connect(self._opened)
        self.field.stepped_down.connect(self.list.setFocus)
        self.head = PageHead("")
        self.page = _Page()
        self.page.anchorClicked.connect(self._follow)
        self.back = Button(_("Back"), icon="arrow-left", hint="Alt+Left")
        self.back.clicked.connect(self.go_back)
        done = Button(_("Close"), hint="Escape")
        done.clicked.connect(self.reject)
        QShortcut(QKeySequence("Alt+Left"), self).activated.connect(self.go_back)
        self._lay_out(done)
        self._topics.set_rows(handbook.topics())

    def _lay_out(self, done: QWidget) -> None:
        look = theme.current()
        side = QWidget()
        side.setFixedWidth(look.scaled(Length.SIDE))
        topics = Card(flush=True)
        topics.body.addWidget(self.list)
        left = column(side, gap=3)
        left.addWidget(self.field)
        left.addWidget(topics, 1)
        text = Card()
        text.body.setSpacing(space(3))
        text.body.addWidget(self.head)
        text.body.addWidget(self.page, 1)
        buttons = line(gap=2)
        buttons.addWidget(self.back)
        buttons.addStretch(1)
        buttons.addWidget(done)
        text.body.addLayout(buttons)
        box = line(self, gap=3)
        box.setContentsMargins(space(4), space(4), space(4), space(4))
        box.addWidget(side)
        box.addWidget(text, 1)
        open_at(self, *Length.HELP)

    def show_topic(self, key: str) -> None:
        """Turn to a topic; one that does not exist gives the first steps."""
        topic = handbook.topic(key)
        if self._glanced:
            self._read.pop()
            self._glanced = False
        if not self._read or self._read[-1] != topic.key:
            self._read.append(topic.key)
        self.back.setEnabled(len(self._read) > 1)
        self.head.set_words(topic.title, _(handbook.PARTS[topic.part]))
        written(self.page.document(), topic.text)
        self.page.moveCursor(QTextCursor.MoveOperation.Start)
        rows = [row.key for row in self._topics.rows()]
        if topic.key in rows:
            self.list.choose(rows.index(topic.key))
        self.topic_shown.emit(topic.key)

    def go_back(self) -> None:
        """Turn to the topic that was read before."""
        if len(self._read) > 1:
            self._read.pop()
            self.show_topic(self._read[-1])

    def reading(self) -> str:
        """The key of the topic that is shown, "" before there is one."""
        return self._read[-1] if self._read else ""

    def _find(self, text: str) -> None:
        found = handbook.search(text)
        self._topics.set_rows(found)
        if found and found[0].key != self.reading():
            self.show_topic(found[0].key)
            self._glanced = len(self._read) > 1

    def _picked(self, topic: object) -> None:
        if isinstance(topic, Topic) and topic.key != self.reading():
            self.show_topic(topic.key)

    def _opened(self, _topic: object) -> None:
        self.page.setFocus(Qt.FocusReason.TabFocusReason)

    def _follow(self, link: QUrl) -> None:
        self.show_topic(link.path())


def _entry(topic: Topic) -> RowCell:
    return RowCell(topic.title, second=_(handbook.PARTS[topic.part]))
