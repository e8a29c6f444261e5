"""Word vectors."""
from __future__ import annotations

import ctypes
import os
from typing import Iterator, List, Optional, Sequence, Union

import numpy as np

from ._library import Handle, Progress, UsageError, VectorsOptions, call, encode, lib, make, options, path, strings

Path = Union[str, "os.PathLike[str]"]
_BAD_UTF8 = {"error": 0, "skip": 1, "replace": 2}


class Vectors:
    """n words, most frequent first, with a row of `dim` floats each. Never changes; threads may share it.

    >>> v = Vectors.load("es.vec.gz", max_vocab=200000)
    >>> v.rows.shape, v["perro"].shape
    ((200000, 300), (300,))
    """

    def __init__(self, words: Sequence[str], rows: np.ndarray):
        """Vectors from memory.

        words: n different words. rows: (n, dim) floats, finite; a C-contiguous array of float32 is kept, not copied, and must
        not change afterwards; another is converted.
        """
        array = np.ascontiguousarray(rows, dtype=np.float32)
        if array.ndim != 2 or len(words) != len(array):
            raise UsageError("%d words and rows of shape %s; expected (%d, dim)" % (len(words), array.shape, len(words)))
        self._set(make("vectors", "vectors_new", strings(words), array.ctypes.data_as(ctypes.c_void_p), *array.shape), array)

    def _set(self, handle: Handle, kept: Optional[np.ndarray] = None) -> None:
        self._handle = handle
        self._kept = kept  # the library borrows its rows
        self._words: Optional[List[str]] = None
        n, dim = lib.isogloss_vectors_count(handle.pointer), lib.isogloss_vectors_dim(handle.pointer)
        memory = (ctypes.c_float * (n * dim)).from_address(lib.isogloss_vectors_rows(handle.pointer))
        memory.owner = (handle, kept)  # the rows live as long as any array that shows them
        self._rows = np.frombuffer(memory, dtype=np.float32).reshape(n, dim)
        self._rows.flags.writeable = False

    @classmethod
    def load(cls, file: Path, max_vocab: int = 0, bad_utf8: str = "error", progress: Optional[Progress] = None) -> "Vectors":
        """Reads word2vec, fastText and GloVe text, word2vec binary, fastText models and safetensors, also compressed.

        max_vocab: rows read, from the top; 0 = all. bad_utf8: "error", "skip" or "replace" words that are no valid UTF-8.
        """
        if bad_utf8 not in _BAD_UTF8:
            raise UsageError("bad_utf8 %r; expected error, skip or replace" % bad_utf8)
        o = options(VectorsOptions, max_vocab=max_vocab, bad_utf8=_BAD_UTF8[bad_utf8])
        self = cls.__new__(cls)
        self._set(make("vectors", "vectors_load", path(file), ctypes.byref(o), progress=progress))
        return self

    def save(self, file: Path, overwrite: bool = False) -> None:
        """Writes all or nothing. .bin: word2vec binary, .safetensors, else text; .gz and the like compress."""
        call("vectors_save", self._handle.pointer, path(file), int(overwrite))

    @property
    def rows(self) -> np.ndarray:
        """(n, dim) float32, read-only; no copy."""
        return self._rows

    @property
    def dim(self) -> int:
        return self._rows.shape[1]

    @property
    def words(self) -> List[str]:
        """All words, in the order of the rows."""
        if self._words is None:
            n = len(self)
            size = lib.isogloss_vectors_words(self._handle.pointer, 0, n, None, 0)
            buffer = ctypes.create_string_buffer(size)
            lib.isogloss_vectors_words(self._handle.pointer, 0, n, buffer, size)
            self._words = buffer.raw[:-1].decode("utf-8", "replace").split("\0")
        return self._words

    def find(self, word: str) -> Optional[int]:
        """Row of a word as it is, else of its lower-cased form; words are compared in NFC. None = not there."""
        row = lib.isogloss_vectors_find(self._handle.pointer, encode(word))
        return None if row < 0 else row

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.find(word) is not None

    def __getitem__(self, word: str) -> np.ndarray:
        """(dim,) floats of a word, read-only; KeyError where it has none."""
        row = self.find(word)
        if row is None:
            raise KeyError(word)
        return self._rows[row]

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __repr__(self) -> str:
        return "<Vectors: %d words of %d dimensions>" % self._rows.shape
