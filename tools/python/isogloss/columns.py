"""Labelled text in columns, for other libraries; the program itself reads it in C."""
from __future__ import annotations

from typing import Iterator, List, Tuple

from ._library import DataError
from .vectors import Path


def read_columns(file: Path, word: int = 0, tag: int = -1) -> Iterator[Tuple[List[str], List[str]]]:
    """(tokens, tags) of each sentence of a file of columns separated by tabs or blanks. Empty lines end sentences; document
    marks are skipped; "# ..." lines of one more word than columns are comments."""
    tokens: List[str] = []
    tags: List[str] = []
    width = 0
    with open(file, encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\r\n")
            fields = line.split("\t") if "\t" in line else line.split()
            if not line.strip() or fields[0] == "-DOCSTART-":
                if tokens:
                    yield tokens, tags
                tokens, tags = [], []
                continue
            if line.startswith("#") and len(fields) != width:
                continue
            width = width or len(fields)
            try:
                tokens.append(fields[word])
                tags.append(fields[tag])
            except IndexError:
                raise DataError("%s:%d: %d columns" % (file, number, len(fields)), str(file), number) from None
    if tokens:
        yield tokens, tags
