"""Labelled sentences into another language."""
from __future__ import annotations

import ctypes
from typing import List, NamedTuple, Optional, Sequence

from ._library import TranslatorOptions, UsageError, call, lib, make, options, path, strings
from .align import Map
from .vectors import Path, Vectors


class Word(NamedTuple):
    """A target word."""

    text: str
    tag: Optional[str]  #: None where no tags were given
    source: int  #: the source word whose place it takes
    method: str  #: "lexicon", "map", "class", "policy", "unknown", ...
    rank: int  #: of the candidate, 1 = best; 0 = none
    score: float


class Translator:
    """Translates word by word; every label keeps its place. The options are those of `isogloss translate`."""

    def __init__(self, lexicons: Sequence[Path] = (), map: Optional[Map] = None, src: Optional[Vectors] = None,
                 tgt: Optional[Vectors] = None, decoder: str = "word", casing: str = "source", case_table: Optional[Path] = None,
                 lm: Optional[Path] = None, policy: Optional[str] = None, locale: Optional[str] = None,
                 source_locale: Optional[str] = None, candidates: int = 8, seed: int = 1):
        files = (ctypes.c_char_p * max(len(lexicons), 1))()
        files[:len(lexicons)] = [path(name) for name in lexicons]
        self._tgt = tgt  # has to outlive the translator
        o = options(TranslatorOptions, lexicons=files, n_lexicons=len(lexicons), map=map and map._handle.pointer,
                    src=src and src._handle.pointer, tgt=tgt and tgt._handle.pointer, decoder=decoder, casing=casing,
                    case_table=case_table and path(case_table), lm=lm and path(lm), policy=policy, locale=locale,
                    source_locale=source_locale, candidates=candidates, seed=seed)
        self._handle = make("translator", "translator_new", ctypes.byref(o))

    def translate(self, words: Sequence[str], tags: Optional[Sequence[str]] = None) -> List[Word]:
        """The target words of a sentence, with their tags."""
        if tags is not None and len(tags) != len(words):
            raise UsageError("%d tags for %d words" % (len(tags), len(words)))
        result = make("sentence", "translator_sentence", self._handle.pointer, strings(words),
                      strings(tags) if tags is not None else None, len(words))
        found = (lib.isogloss_sentence_word(result.pointer, i).contents
                 for i in range(lib.isogloss_sentence_count(result.pointer)))
        return [Word(w.text.decode(), w.tag.decode() if w.tag is not None else None, w.source, w.method.decode(), w.rank, w.score)
                for w in found]

    def translate_file(self, source: Path, out: Path, overwrite: bool = False) -> None:
        """A corpus in columns, first the word, last the tag."""
        call("translator_corpus", self._handle.pointer, path(source), path(out), int(overwrite))
