"""Hugging Face `datasets`: labelled text in columns as a Dataset. Needs `datasets`."""
from __future__ import annotations

from typing import Any, Optional, Sequence

from .columns import read_columns
from .vectors import Path


def read_dataset(file: Path, labels: Optional[Sequence[str]] = None, word: int = 0, tag: int = -1) -> Any:
    """A datasets.Dataset of rows {"id": str, "tokens": [str], "ner_tags": [int]}, with the names of the tags in its features.

    labels: names in the order of their numbers; default: "O", then the others as they are sorted.
    """
    import datasets
    sentences = list(read_columns(file, word, tag))
    names = list(labels) if labels is not None else \
        ["O"] + sorted({tag for _, tags in sentences for tag in tags} - {"O"})
    number = {name: i for i, name in enumerate(names)}
    features = datasets.Features({"id": datasets.Value("string"), "tokens": datasets.Sequence(datasets.Value("string")),
                                  "ner_tags": datasets.Sequence(datasets.ClassLabel(names=names))})
    rows = {"id": [str(i) for i in range(len(sentences))], "tokens": [tokens for tokens, _ in sentences],
            "ner_tags": [[number[tag] for tag in tags] for _, tags in sentences]}
    return datasets.Dataset.from_dict(rows, features=features)
