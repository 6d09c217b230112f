"""What an edition is: what it prints from, and the sections that print it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from careaudit.record import AuditRecord
from careaudit.report.beside import Beside

D = TypeVar("D")
Level = Literal["council", "public"]
"""For whom an edition is worded: the council and those it answers to, or everybody."""


@dataclass(frozen=True, slots=True)
class Attached:
    """The document inside a PDF, from which every number of it comes; `day` is the PDF's date."""

    name: str
    text: str
    description: str
    day: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a page says of itself: its title, its data, its running lines, and its last words.

    `names` are the texts of other people that it prints as they are: the fonts of a PDF may lack
    some of their characters.
    """

    title: str
    description: str
    as_of: str
    version: str
    kind: str
    running: str
    foot: str
    closing: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section(Generic[D]):
    """One section: its template, which sees as `r` what `build` makes of the document.

    `sheet` is the anchor of a section that must hold on one sheet of a PDF. Its template sees as
    `fit` how tightly it is set: 0, then 1, then 2.
    """

    template: str
    build: Callable[[D], object]
    sheet: str | None = None


@dataclass(frozen=True)
class Edition(Generic[D]):
    """One edition: its files are `stem`.pdf and `stem`.html.

    `document` makes of a record what all sections print from, and nothing else reaches them.
    `attached` is the document as a file: within the PDF, and on its own where json is asked for.
    `words` are what templates know by name in every section, `style` a style sheet of its own.
    """

    name: str
    stem: str
    level: Level
    document: Callable[[AuditRecord, Beside], D]
    head: Callable[[D], Head]
    sections: tuple[Section[D], ...]
    attached: Callable[[D], Attached] | None = None
    words: Mapping[str, object] = field(default_factory=dict)
    style: str | None = None
