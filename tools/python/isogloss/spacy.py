"""A spaCy component. Importing it registers the factory "isogloss"; needs `spacy`.

    import spacy, isogloss.spacy
    nlp = spacy.blank("es")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("isogloss", config={"model": "es.model"})
    [(e.text, e.label_) for e in nlp("Ana vive en Lima.").ents]
"""
from __future__ import annotations

from typing import Any, List, Tuple

from spacy.language import Language
from spacy.tokens import Span

from .ner import Tagger


class Component:
    """Sets doc.ents from the tokens of spaCy; sentence by sentence where the pipeline has set their bounds."""

    def __init__(self, tagger: Tagger, min_probability: float = 0.0):
        self.tagger, self.min_probability = tagger, min_probability

    def __call__(self, doc: Any) -> Any:
        sentences = list(doc.sents) if doc.has_annotation("SENT_START") else [doc[:]]
        numbers: List[List[int]] = [[token.i for token in s if not token.is_space] for s in sentences]
        words = [[doc[i].text for i in s] for s in numbers]
        found: List[Tuple[int, int, str]] = []
        for places, entities in zip(numbers, self.tagger.tag_batch(words, min_probability=self.min_probability)):
            found += [(places[e.first], places[e.first + e.n - 1] + 1, e.type) for e in entities]
        doc.ents = [Span(doc, start, end, label=label) for start, end, label in found]
        return doc


@Language.factory("isogloss", assigns=["doc.ents"], default_config={"min_probability": 0.0})
def make_component(nlp: Any, name: str, model: str, min_probability: float) -> Component:
    return Component(Tagger.load(model), min_probability)
