"""Isogloss: named-entity recognition for a language without labelled data, over libisogloss.

Vectors, maps between two languages' vectors, word-by-word translation of labelled text, taggers, scores, and projects.
Failures are exceptions (Error and its subclasses) that say file and line. Threads may share vectors, maps and taggers.
"""
from ._library import (Canceled, DataError, Error, Failed, FileError, NumericError, OutOfMemory, Progress, UsageError, lib,
                       set_threads)
from .align import Map, Space
from .columns import read_columns
from .ner import Counts, Entity, Score, Tagger, evaluate
from .project import Project
from .translate import Translator, Word
from .vectors import Vectors

__version__ = lib.isogloss_version().decode()
__all__ = ["Canceled", "Counts", "DataError", "Entity", "Error", "Failed", "FileError", "Map", "NumericError", "OutOfMemory",
           "Progress", "Project", "Score", "Space", "Tagger", "Translator", "UsageError", "Vectors", "Word", "evaluate",
           "read_columns", "set_threads"]
