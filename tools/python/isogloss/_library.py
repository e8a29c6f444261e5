"""libisogloss by ctypes: the library, its structs and functions, contexts, and errors as exceptions."""
from __future__ import annotations

import ctypes
import ctypes.util
import os
import threading
from ctypes import POINTER, Structure, c_char_p, c_double, c_float, c_int, c_int64, c_size_t, c_uint, c_uint32, c_uint64, c_void_p
from typing import Any, Callable, Optional, Sequence

#: Gets (stage, done, total) during long work; total 0 = unknown. A true return value stops the call.
Progress = Callable[[str, int, int], Any]


class Error(Exception):
    """A call that failed. `str()` gives one line: file, line, what was found, what was expected, what to do."""

    def __init__(self, message: str, file: str = "", line: int = 0, found: str = "", expected: str = "", advice: str = ""):
        super().__init__(message)
        self.message = message
        self.file: Optional[str] = file or None
        self.line: Optional[int] = line or None
        self.found, self.expected, self.advice = found, expected, advice

    def __str__(self) -> str:
        return self.message


class UsageError(Error, ValueError):
    """An argument is wrong."""


class DataError(Error, ValueError):
    """A file or text does not hold what it should; `file` and `line` say where."""


class FileError(Error, OSError):
    """The system refused: no such file, disk full, no permission."""


class OutOfMemory(Error, MemoryError):
    """No memory, or a size that does not fit."""


class NumericError(Error, ArithmeticError):
    """NaN, infinity, no convergence."""


class Canceled(Error):
    """The progress callback asked to stop."""


class Failed(Error):
    """The call ran and its verdict is bad, as a degenerate map."""


ERRORS = {-1: UsageError, -2: DataError, -3: FileError, -4: OutOfMemory, -5: NumericError, -6: Canceled, -7: Failed}
PROGRESS = ctypes.CFUNCTYPE(c_int, c_void_p, c_char_p, c_uint64, c_uint64)
LOG = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_char_p)


def struct(name: str, **fields: Any) -> type:
    return type(name, (Structure,), {"_fields_": list(fields.items())})


STRINGS = POINTER(c_char_p)
VectorsOptions = struct("VectorsOptions", size=c_size_t, max_vocab=c_size_t, bad_utf8=c_int)
MapOptions = struct("MapOptions", size=c_size_t, seed_dict=c_char_p, source_words=STRINGS, target_words=STRINGS, n_pairs=c_size_t,
                    seed_from=c_char_p, method=c_char_p, norm=c_char_p, dict_case=c_char_p, refine=c_int, csls_k=c_uint32,
                    vocab_cutoff=c_uint32, seed=c_uint64)
SpaceOptions = struct("SpaceOptions", size=c_size_t, retrieval=c_char_p, csls_k=c_uint32, no_rerank=c_int, index=c_char_p)
TranslatorOptions = struct("TranslatorOptions", size=c_size_t, lexicons=STRINGS, n_lexicons=c_size_t, map=c_void_p, src=c_void_p,
                           tgt=c_void_p, decoder=c_char_p, casing=c_char_p, case_table=c_char_p, lm=c_char_p, policy=c_char_p,
                           locale=c_char_p, source_locale=c_char_p, candidates=c_uint32, seed=c_uint64)
TagOptions = struct("TagOptions", size=c_size_t, min_probability=c_double, capitals=c_int, scheme=c_char_p, tokens=c_char_p)
ScoreOptions = struct("ScoreOptions", size=c_size_t, raw=c_int, gold_column=c_int, predicted_column=c_int)
ProjectOptions = struct("ProjectOptions", size=c_size_t, out=c_char_p, sets=STRINGS, n_sets=c_size_t, seed=c_uint64, dry_run=c_int,
                        force=c_int, allow_outside=c_int)
Word = struct("Word", text=c_char_p, tag=c_char_p, source=c_size_t, method=c_char_p, rank=c_uint, score=c_double)
Entity = struct("Entity", type=c_char_p, probability=c_double, text=c_size_t, first=c_size_t, n=c_size_t, start=c_size_t,
                end=c_size_t, byte_start=c_size_t, byte_end=c_size_t)
Counts = struct("Counts", type=c_char_p, precision=c_double, recall=c_double, f1=c_double, gold=c_uint64, predicted=c_uint64,
                correct=c_uint64)

SIZES, FLOATS, IDS, OUT = POINTER(c_size_t), POINTER(c_float), POINTER(c_uint32), POINTER(c_void_p)
#: name: (result, arguments). A result of STATUS is checked, and the first argument is the context then.
STATUS = object()
FUNCTIONS: dict = {
    "version": (c_char_p, []),
    "context_new": (c_int, [OUT]),
    "context_free": (None, [c_void_p]),
    "context_set_threads": (None, [c_void_p, c_uint]),
    "context_set_progress": (None, [c_void_p, PROGRESS, c_void_p]),
    "context_set_log": (None, [c_void_p, LOG, c_void_p]),
    "error_message": (c_char_p, [c_void_p]),
    "error_file": (c_char_p, [c_void_p]),
    "error_line": (c_uint64, [c_void_p]),
    "error_found": (c_char_p, [c_void_p]),
    "error_expected": (c_char_p, [c_void_p]),
    "error_advice": (c_char_p, [c_void_p]),
    "string_free": (None, [c_void_p]),
    "vectors_load": (STATUS, [c_char_p, POINTER(VectorsOptions), OUT]),
    "vectors_new": (STATUS, [STRINGS, c_void_p, c_size_t, c_size_t, OUT]),
    "vectors_free": (None, [c_void_p]),
    "vectors_save": (STATUS, [c_void_p, c_char_p, c_int]),
    "vectors_count": (c_size_t, [c_void_p]),
    "vectors_dim": (c_size_t, [c_void_p]),
    "vectors_rows": (c_void_p, [c_void_p]),
    "vectors_word": (c_char_p, [c_void_p, c_size_t]),
    "vectors_find": (c_int64, [c_void_p, c_char_p]),
    "vectors_words": (c_size_t, [c_void_p, c_size_t, c_size_t, c_void_p, c_size_t]),
    "map_fit": (STATUS, [c_void_p, c_void_p, POINTER(MapOptions), OUT]),
    "map_load": (STATUS, [c_char_p, OUT]),
    "map_save": (STATUS, [c_void_p, c_char_p, c_int]),
    "map_free": (None, [c_void_p]),
    "map_dim": (c_size_t, [c_void_p]),
    "map_meta": (c_char_p, [c_void_p, c_char_p]),
    "map_apply": (STATUS, [c_void_p, c_int, c_void_p, c_size_t, c_size_t, c_void_p]),
    "space_new": (STATUS, [c_void_p, c_void_p, c_void_p, POINTER(SpaceOptions), OUT]),
    "space_free": (None, [c_void_p]),
    "space_find": (c_int64, [c_void_p, c_char_p]),
    "space_translate": (STATUS, [c_void_p, STRINGS, c_size_t, c_size_t, c_void_p, c_void_p]),
    "space_write_dictionary": (STATUS, [c_void_p, c_size_t, c_size_t, c_char_p, c_char_p, c_int]),
    "translator_new": (STATUS, [POINTER(TranslatorOptions), OUT]),
    "translator_free": (None, [c_void_p]),
    "translator_sentence": (STATUS, [c_void_p, STRINGS, STRINGS, c_size_t, OUT]),
    "translator_corpus": (STATUS, [c_void_p, c_char_p, c_char_p, c_int]),
    "sentence_free": (None, [c_void_p]),
    "sentence_count": (c_size_t, [c_void_p]),
    "sentence_word": (POINTER(Word), [c_void_p, c_size_t]),
    "tagger_load": (STATUS, [STRINGS, c_size_t, OUT]),
    "tagger_free": (None, [c_void_p]),
    "tagger_types": (c_size_t, [c_void_p]),
    "tagger_type": (c_char_p, [c_void_p, c_size_t]),
    "tag_texts": (STATUS, [c_void_p, STRINGS, SIZES, c_size_t, POINTER(TagOptions), OUT]),
    "tag_sentences": (STATUS, [c_void_p, STRINGS, SIZES, c_size_t, POINTER(TagOptions), OUT]),
    "tag_file": (STATUS, [c_void_p, c_char_p, c_char_p, c_int, POINTER(TagOptions)]),
    "tagged_free": (None, [c_void_p]),
    "tagged_entities": (c_size_t, [c_void_p]),
    "tagged_entity": (POINTER(Entity), [c_void_p, c_size_t]),
    "tagged_texts": (c_size_t, [c_void_p]),
    "tagged_first_tokens": (SIZES, [c_void_p]),
    "tagged_tokens": (c_size_t, [c_void_p]),
    "tagged_tag_ids": (IDS, [c_void_p]),
    "tagged_tag": (c_char_p, [c_void_p, c_size_t]),
    "tagged_probabilities": (FLOATS, [c_void_p]),
    "tagged_offsets": (IDS, [c_void_p]),
    "evaluate": (STATUS, [c_char_p, c_char_p, POINTER(ScoreOptions), OUT]),
    "score_free": (None, [c_void_p]),
    "score_tokens": (c_uint64, [c_void_p]),
    "score_accuracy": (c_double, [c_void_p]),
    "score_overall": (POINTER(Counts), [c_void_p]),
    "score_types": (c_size_t, [c_void_p]),
    "score_type": (POINTER(Counts), [c_void_p, c_size_t]),
    "score_report": (c_char_p, [c_void_p]),
    "project_run": (STATUS, [c_char_p, POINTER(ProjectOptions), OUT]),
}


def _open() -> ctypes.CDLL:
    """$ISOGLOSS_LIBRARY, else a library beside this file, else the system's."""
    name = os.environ.get("ISOGLOSS_LIBRARY")
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libisogloss.so.0")
    for path in [name] if name else [beside, "libisogloss.so.0", ctypes.util.find_library("isogloss")]:
        try:
            if path and (path != beside or os.path.exists(path)):
                return ctypes.CDLL(path)
        except OSError as problem:
            reason = problem
    raise ImportError("libisogloss.so.0 cannot be loaded (%s); install it (meson install, or Debian's libisogloss0), or name it in "
                      "$ISOGLOSS_LIBRARY" % reason)


lib = _open()
for _name, (_result, _arguments) in FUNCTIONS.items():
    _function = getattr(lib, "isogloss_" + _name)
    _function.restype = c_int if _result is STATUS else _result
    _function.argtypes = [c_void_p] + _arguments if _result is STATUS else _arguments


class Handle:
    """An object of the library, freed with this one."""

    __slots__ = ("pointer", "_free", "__weakref__")

    def __init__(self, pointer: Any, kind: str):
        self.pointer = pointer
        self._free = getattr(lib, "isogloss_%s_free" % kind)

    def __del__(self) -> None:
        if self.pointer:
            self._free(self.pointer)
            self.pointer = None


class _Contexts(threading.local):
    """Contexts of a thread that no call uses now: more than one where callbacks call the library again."""

    def __init__(self) -> None:
        self.idle: list = []


_contexts = _Contexts()
_threads = 0


def set_threads(n: int) -> None:
    """Worker threads of each call, 0 (the default) = one per core. Results do not depend on it."""
    global _threads
    if n < 0:
        raise UsageError("%d threads" % n)
    _threads = n


def _take_context() -> Handle:
    if _contexts.idle:
        handle = _contexts.idle.pop()
    else:
        out = c_void_p()
        if lib.isogloss_context_new(ctypes.byref(out)) != 0:
            raise OutOfMemory("no memory for a context")
        handle = Handle(out, "context")
    lib.isogloss_context_set_threads(handle.pointer, _threads)
    return handle


def _raise(c: Any, status: int) -> None:
    text = [getattr(lib, "isogloss_error_" + part)(c).decode("utf-8", "replace")
            for part in ("message", "file", "found", "expected", "advice")]
    raise ERRORS.get(status, Error)(text[0], text[1], lib.isogloss_error_line(c), *text[2:])


def call(name: str, *arguments: Any, progress: Optional[Progress] = None, interruptible: bool = True,
         log: Optional[Callable[[int, str], Any]] = None) -> None:
    """Calls a function with a context of this thread; a failure is raised. Exceptions of callbacks, Ctrl-C too, stop the work."""
    handle = _take_context()
    c = handle.pointer
    problem: list = []

    def on_progress(_cookie: Any, stage: bytes, done: int, total: int) -> int:
        try:
            return bool(progress(stage.decode("utf-8", "replace"), done, total)) if progress else 0
        except BaseException as error:  # also KeyboardInterrupt: raised again below
            problem.append(error)
            return 1

    def on_log(_cookie: Any, level: int, text: bytes) -> None:
        try:
            if log:
                log(level, text.decode("utf-8", "replace"))
        except BaseException as error:
            problem.append(error)

    hear_progress = PROGRESS(on_progress) if progress or interruptible else PROGRESS()
    hear_log = LOG(on_log) if log else LOG()
    lib.isogloss_context_set_progress(c, hear_progress, None)
    lib.isogloss_context_set_log(c, hear_log, None)
    try:
        status = getattr(lib, "isogloss_" + name)(c, *arguments)
        if problem:
            raise problem[0]
        if status != 0:
            _raise(c, status)
    finally:
        lib.isogloss_context_set_progress(c, PROGRESS(), None)
        lib.isogloss_context_set_log(c, LOG(), None)
        _contexts.idle.append(handle)


def make(kind: str, name: str, *arguments: Any, **options: Any) -> Handle:
    """Calls a function that gives out an object of this kind."""
    out = c_void_p()
    try:
        call(name, *arguments, ctypes.byref(out), **options)
    except BaseException:
        if out:
            Handle(out, kind)  # frees it
        raise
    return Handle(out, kind)


def encode(text: Optional[str]) -> Optional[bytes]:
    """A string for the library, which ends strings with a zero byte."""
    if text is None:
        return None
    data = text.encode("utf-8", "surrogatepass")
    if b"\0" in data:
        raise UsageError("a zero byte in %r" % text)
    return data


def path(name: Any) -> bytes:
    """A path for the library."""
    data = os.fsencode(name)
    if b"\0" in data:
        raise UsageError("a zero byte in %r" % name)
    return data


def strings(items: Sequence[str]) -> Any:
    """An array of strings, which keeps them."""
    array = (c_char_p * max(len(items), 1))()
    array[:len(items)] = [encode(item) for item in items]
    return array


def options(kind: type, **fields: Any) -> Any:
    """A struct of options with its size; None = the default."""
    o = kind(size=ctypes.sizeof(kind))
    for name, value in fields.items():
        if isinstance(value, str):
            value = encode(value)
        if value is not None:
            setattr(o, name, value)
    return o
