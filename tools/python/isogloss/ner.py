"""Taggers, and scores of tagged files."""
from __future__ import annotations

import ctypes
from itertools import chain
from typing import Dict, List, NamedTuple, Optional, Sequence, Union

import numpy as np

from ._library import Handle, Progress, ScoreOptions, TagOptions, call, lib, make, options, path, strings
from .vectors import Path

Tokens = Sequence[str]


class Entity(NamedTuple):
    """A named entity."""

    type: str
    text: str  #: as written; of tokens, joined by spaces
    start: int  #: code points of the text; of tokens, the first one's number
    end: int  #: exclusive
    first: int  #: first token
    n: int  #: tokens
    probability: float  #: of exactly these tokens with this type


class Tagger:
    """A trained tagger, or several of the same labels as one. Any number of threads may tag with it at the same time.

    >>> Tagger.load("es.model").tag("Ana vive en Lima.")
    [Entity(type='PER', text='Ana', start=0, end=3, ...), Entity(type='LOC', text='Lima', start=12, end=16, ...)]
    """

    def __init__(self, handle: Handle):
        self._handle = handle

    @classmethod
    def load(cls, *files: Path) -> "Tagger":
        """Models of `isogloss ner train` or `transfer`."""
        paths = (ctypes.c_char_p * max(len(files), 1))(*[path(name) for name in files])
        return cls(make("tagger", "tagger_load", paths, len(files)))

    @property
    def types(self) -> List[str]:
        """Types of entities that it knows."""
        p = self._handle.pointer
        return [lib.isogloss_tagger_type(p, i).decode() for i in range(lib.isogloss_tagger_types(p))]

    def tag(self, text: Union[str, Tokens], **how: object) -> List[Entity]:
        """The entities of a raw text, or of a sentence's tokens. Options: tag_batch's."""
        return self.tag_batch([text], **how)[0]  # type: ignore[arg-type, list-item]

    def tag_batch(self, texts: Union[Sequence[str], Sequence[Tokens]], min_probability: float = 0.0, capitals: bool = False,
                  tokens: Optional[Path] = None, progress: Optional[Progress] = None) -> List[List[Entity]]:
        """The entities of each raw text, or of each sentence of tokens.

        min_probability: leave out less probable entities. capitals: treat mid-sentence capitalised words as part of a name.
        tokens: file of token patterns for raw texts.
        """
        result = self._run(texts, progress, min_probability=min_probability, capitals=int(capitals), tokens=tokens and path(tokens))
        found: List[List[Entity]] = [[] for _ in texts]
        raw = bool(texts) and isinstance(texts[0], str)
        for i in range(lib.isogloss_tagged_entities(result.pointer)):
            e = lib.isogloss_tagged_entity(result.pointer, i).contents
            text, first, n = texts[e.text], e.first, e.n
            start, end = (e.start, e.end) if raw else (first, first + n)
            shown = text[start:end] if raw else " ".join(text[start:end])
            found[e.text].append(Entity(e.type.decode(), shown, start, end, first, n, e.probability))  # type: ignore[arg-type]
        return found

    def predict(self, sentences: Sequence[Tokens], scheme: str = "model", progress: Optional[Progress] = None) -> List[List[str]]:
        """The tags of each sentence of tokens, as scikit-learn's estimators and seqeval have them.

        scheme: "model" (that of its training text), "iob1", "bio", "bioes" or "bmes".
        """
        result = self._run(sentences, progress, scheme=scheme)
        p = result.pointer
        ids, first = lib.isogloss_tagged_tag_ids(p), lib.isogloss_tagged_first_tokens(p)
        n = lib.isogloss_tagged_tokens(p)
        names: Dict[int, str] = {}
        numbers = ids[:n]
        for number in set(numbers):
            names[number] = lib.isogloss_tagged_tag(p, number).decode()
        tags = [names[number] for number in numbers]
        return [tags[first[i]:first[i + 1]] for i in range(len(sentences))]

    def probabilities(self, sentences: Sequence[Tokens]) -> List[np.ndarray]:
        """(n,) float32 for each sentence of n tokens: the probability of each token's label given the sentence."""
        p = self._run(sentences, None)
        n = lib.isogloss_tagged_tokens(p.pointer)
        first = lib.isogloss_tagged_first_tokens(p.pointer)
        every = np.ctypeslib.as_array(lib.isogloss_tagged_probabilities(p.pointer), (n,)).copy() if n else np.empty(0, np.float32)
        return [every[first[i]:first[i + 1]] for i in range(len(sentences))]

    def _run(self, texts: Union[Sequence[str], Sequence[Tokens]], progress: Optional[Progress], **how: object) -> Handle:
        o = options(TagOptions, **how)
        if texts and isinstance(texts[0], str):
            data = [text.encode("utf-8", "surrogatepass") for text in texts]  # type: ignore[union-attr]
            many = (ctypes.c_char_p * len(data))(*data)
            lengths, name = [len(text) for text in data], "tag_texts"
        else:
            many = strings(list(chain.from_iterable(texts)))
            lengths, name = [len(sentence) for sentence in texts], "tag_sentences"
        counts = (ctypes.c_size_t * max(len(lengths), 1))(*lengths)
        return make("tagged", name, self._handle.pointer, many, counts, len(texts), ctypes.byref(o), progress=progress)

    def tag_file(self, source: Path, out: Path, overwrite: bool = False, min_probability: float = 0.0, capitals: bool = False,
                 scheme: str = "model", progress: Optional[Progress] = None) -> None:
        """Tags columns, raw text or JSON lines as `isogloss ner tag` does."""
        o = options(TagOptions, min_probability=min_probability, capitals=int(capitals), scheme=scheme)
        call("tag_file", self._handle.pointer, path(source), path(out), int(overwrite), ctypes.byref(o), progress=progress)


class Counts(NamedTuple):
    """Precision, recall and F1 in per cent, 0 to 100, and what they come from."""

    precision: float
    recall: float
    f1: float
    gold: int
    predicted: int
    correct: int


class Score(NamedTuple):
    """Scores of a tagged file by conlleval's rules."""

    overall: Counts
    types: Dict[str, Counts]
    accuracy: float  #: of tags, 0 to 100
    tokens: int
    report: str  #: conlleval's, to the character


def _counts(c: object) -> Counts:
    return Counts(*(getattr(c, name) for name in Counts._fields))


def evaluate(gold: Path, predicted: Optional[Path] = None, raw: bool = False, gold_column: int = 0,
             predicted_column: int = 0) -> Score:
    """Scores a tagged file. predicted None: gold's last two columns are gold and prediction.

    raw: tags are bare types. Columns are counted from 0, or from the end as -1; 0 = the default, the last one.
    """
    o = options(ScoreOptions, raw=int(raw), gold_column=gold_column, predicted_column=predicted_column)
    s = make("score", "evaluate", path(gold), path(predicted) if predicted is not None else None, ctypes.byref(o))
    types = [lib.isogloss_score_type(s.pointer, i).contents for i in range(lib.isogloss_score_types(s.pointer))]
    return Score(_counts(lib.isogloss_score_overall(s.pointer).contents), {t.type.decode(): _counts(t) for t in types},
                 lib.isogloss_score_accuracy(s.pointer), lib.isogloss_score_tokens(s.pointer),
                 lib.isogloss_score_report(s.pointer).decode())
