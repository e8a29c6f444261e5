"""Maps between vector spaces, and the translations that they give."""
from __future__ import annotations

import ctypes
from typing import List, Optional, Sequence, Tuple, Union, overload

import numpy as np

from ._library import Failed, Handle, MapOptions, Progress, SpaceOptions, UsageError, call, encode, lib, make, options, path, strings
from .vectors import Path, Vectors

Translations = List[Tuple[str, float]]
_NONE = 0xFFFFFFFF


class Space:
    """Both vocabularies of a map in its common space. Threads may share it; their calls wait for each other."""

    def __init__(self, map: "Map", src: Vectors, tgt: Vectors, retrieval: str = "csls", csls_k: int = 0, rerank: bool = True,
                 index: Optional[str] = None):
        """retrieval: "csls", "nn" or "isf". rerank: the ten best by spelling and frequency, as learnt with the map. index: a
        FAISS factory string instead of exact search."""
        o = options(SpaceOptions, retrieval=retrieval, csls_k=csls_k, no_rerank=int(not rerank), index=index)
        self.map, self.src, self.tgt = map, src, tgt  # have to outlive the space
        self._handle = make("space", "space_new", map._handle.pointer, src._handle.pointer, tgt._handle.pointer, ctypes.byref(o))

    def nearest(self, words: Sequence[str], k: int = 5) -> Tuple[np.ndarray, np.ndarray]:
        """(n, k) rows of the target vectors and their scores, best first. Row -1, score 0: no translation (more)."""
        rows = np.empty((len(words), k), dtype=np.uint32)
        scores = np.empty((len(words), k), dtype=np.float32)
        call("space_translate", self._handle.pointer, strings(words), len(words), k, rows.ctypes.data_as(ctypes.c_void_p),
             scores.ctypes.data_as(ctypes.c_void_p))
        return np.where(rows == _NONE, np.int64(-1), rows.astype(np.int64)), scores

    @overload
    def translate(self, words: str, k: int = 5) -> Translations: ...

    @overload
    def translate(self, words: Sequence[str], k: int = 5) -> List[Translations]: ...

    def translate(self, words: Union[str, Sequence[str]], k: int = 5) -> Union[Translations, List[Translations]]:
        """The k best (word, score) of a word or phrase, or of each of a list; [] where there is none."""
        many = [words] if isinstance(words, str) else list(words)
        rows, scores = self.nearest(many, k)
        found = [[(lib.isogloss_vectors_word(self.tgt._handle.pointer, row).decode(), float(score))
                  for row, score in zip(r, s) if row >= 0] for r, s in zip(rows.tolist(), scores.tolist())]
        return found[0] if isinstance(words, str) else found

    def write_dictionary(self, file: Path, k: int = 5, max_words: int = 0, format: str = "tsv", overwrite: bool = False) -> None:
        """The bilingual dictionary of the most frequent source words (0 = all): "tsv", "muse", "jsonl" or "stardict"."""
        call("space_write_dictionary", self._handle.pointer, k, max_words, encode(format), path(file), int(overwrite))


class Map:
    """Takes rows of two languages into one space. Never changes; threads may share it.

    >>> m = Map.fit(en, es, seed_dict="en-es.txt")
    >>> m.translate("dog", k=2)
    [('perro', 0.31), ('perros', 0.24)]
    """

    def __init__(self, handle: Handle, src: Optional[Vectors] = None, tgt: Optional[Vectors] = None):
        self._handle = handle
        self._vectors = (src, tgt)
        self._space: Optional[Space] = None

    @classmethod
    def fit(cls, src: Vectors, tgt: Vectors, seed_dict: Optional[Path] = None, pairs: Optional[Sequence[Tuple[str, str]]] = None,
            seed_from: Optional[str] = None, method: str = "auto", norm: str = "unit,centre,unit", dict_case: str = "auto",
            refine: Optional[int] = None, csls_k: int = 10, vocab_cutoff: int = 20000, seed: int = 1,
            allow_degenerate: bool = False, progress: Optional[Progress] = None) -> "Map":
        """Learns a map from one seed: a file of word pairs, pairs in memory, or seed_from "identical", "numerals",
        "unsupervised". The options are those of `isogloss align fit`. A map that is not to be trusted raises Failed, unless
        allow_degenerate."""
        sides = [strings([pair[i] for pair in pairs]) if pairs else None for i in (0, 1)]
        o = options(MapOptions, seed_dict=path(seed_dict) if seed_dict is not None else None, source_words=sides[0],
                    target_words=sides[1], n_pairs=len(pairs or ()), seed_from=seed_from, method=method, norm=norm,
                    dict_case=dict_case, refine=-1 if refine == 0 else refine, csls_k=csls_k, vocab_cutoff=vocab_cutoff, seed=seed)
        out = ctypes.c_void_p()
        try:
            call("map_fit", src._handle.pointer, tgt._handle.pointer, ctypes.byref(o), ctypes.byref(out), progress=progress)
        except Failed:
            handle = Handle(out, "map")
            if not (out and allow_degenerate):
                raise
            return cls(handle, src, tgt)
        return cls(Handle(out, "map"), src, tgt)

    @classmethod
    def load(cls, file: Path) -> "Map":
        return cls(make("map", "map_load", path(file)))

    def save(self, file: Path, overwrite: bool = False) -> None:
        call("map_save", self._handle.pointer, path(file), int(overwrite))

    @property
    def dim(self) -> int:
        """Dimension of the common space."""
        return lib.isogloss_map_dim(self._handle.pointer)

    def meta(self, key: str) -> Optional[str]:
        """What the map's file says of itself: "method", "source", "held_out", ..."""
        value = lib.isogloss_map_meta(self._handle.pointer, encode(key))
        return None if value is None else value.decode("utf-8", "replace")

    def apply(self, rows: Union[np.ndarray, Vectors], side: str = "source") -> np.ndarray:
        """(n, dim) float32: rows (n, d) of one side in the common space, of length 1; zero rows stay zero."""
        if side not in ("source", "target"):
            raise UsageError("side %r; expected source or target" % side)
        array = rows.rows if isinstance(rows, Vectors) else np.ascontiguousarray(rows, dtype=np.float32)
        if array.ndim != 2:
            raise UsageError("rows of shape %s; expected (n, d)" % (array.shape,))
        out = np.empty((len(array), self.dim), dtype=np.float32)
        call("map_apply", self._handle.pointer, int(side == "target"), array.ctypes.data_as(ctypes.c_void_p), *array.shape,
             out.ctypes.data_as(ctypes.c_void_p))
        return out

    def space(self, src: Optional[Vectors] = None, tgt: Optional[Vectors] = None, **how: object) -> Space:
        """Both vocabularies in the common space; the vectors that the map was fitted on, unless others are given."""
        src, tgt = src or self._vectors[0], tgt or self._vectors[1]
        if src is None or tgt is None:
            raise UsageError("a map that was loaded holds no words: give src and tgt")
        return Space(self, src, tgt, **how)  # type: ignore[arg-type]

    def translate(self, words: Union[str, Sequence[str]], src: Optional[Vectors] = None, tgt: Optional[Vectors] = None,
                  k: int = 5) -> Union[Translations, List[Translations]]:
        """The k best (word, score) of a word, or of each of a list: Space.translate. The space is kept for the next call."""
        src, tgt = src or self._vectors[0], tgt or self._vectors[1]
        kept = self._space
        if kept is None or (src, tgt) != (kept.src, kept.tgt):
            kept = self.space(src, tgt)
            kept.map = Map(self._handle)  # no circle of references
            self._space, self._vectors = kept, (src, tgt)
        return kept.translate(words, k)
