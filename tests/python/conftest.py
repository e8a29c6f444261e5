"""The sample, a model of version 0.1, and small cuts of the vectors."""
import gzip
import os

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture(scope="session")
def sample():
    return os.path.join(ROOT, "resources", "sample")


@pytest.fixture(scope="session")
def model():
    return os.path.join(ROOT, "tests", "old", "0.1", "tagger.model")


@pytest.fixture(scope="session")
def vectors(sample):
    import isogloss
    return [isogloss.Vectors.load(os.path.join(sample, name), max_vocab=1000) for name in ("en.vec.gz", "es.vec.gz")]


@pytest.fixture(scope="session")
def seed(sample):
    with open(os.path.join(sample, "en-es.seed.txt"), encoding="utf-8") as lines:
        return [tuple(line.split()) for line in lines]


@pytest.fixture(scope="session")
def lines(sample):
    with gzip.open(os.path.join(sample, "es.vec.gz"), "rt", encoding="utf-8") as text:
        return [next(text) for _ in range(101)]
