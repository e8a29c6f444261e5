"""The Python package does what its documentation says, and what the program does."""
import gc
import os
import pickle
import re
import subprocess
import sys
import threading
import types

import numpy as np
import pytest

import isogloss
from conftest import ROOT

PROGRAM = os.environ.get("ISOGLOSS_PROGRAM", "isogloss")


def run(*words):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, check=True).stdout


# ---- the package ----

def test_version():
    for name, pattern in ("pyproject.toml", 'version = "(.*)"'), ("meson.build", "version: '([0-9.]*)'"):
        assert re.search(pattern, open(os.path.join(ROOT, name)).read())[1] == isogloss.__version__


def test_structs_are_those_of_the_headers():
    from isogloss import _library
    headers = os.path.join(ROOT, "tools", "library", "isogloss")
    text = "".join(open(os.path.join(headers, name)).read() for name in os.listdir(headers))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    for name, body in re.findall(r"struct isogloss_(\w+) \{(.*?)\};", text, re.S):
        mine = getattr(_library, "".join(part.title() for part in name.split("_")))
        theirs = [re.sub(r"[^\w]", "", one.split()[-1]) for one in re.findall(r"[^;]+", body.replace(",", ";")) if one.strip()]
        assert [field for field, _ in mine._fields_] == theirs, name
    declared = set(re.findall(r"^ISOGLOSS_(?:API|CHECK)[^;]*?\bisogloss_(\w+)\(", text, re.M))
    assert declared - set(_library.FUNCTIONS) == {"error_status"}
    assert set(_library.FUNCTIONS) <= declared


# ---- vectors ----

def test_vectors_without_copies(tmp_path):
    rows = np.arange(6, dtype=np.float32).reshape(3, 2)
    v = isogloss.Vectors(["El", "perro", "mañana"], rows)
    assert v.rows.ctypes.data == rows.ctypes.data and not v.rows.flags.writeable
    assert v.words == ["El", "perro", "mañana"] and list(v) == v.words and len(v) == 3 and v.dim == 2
    assert v.find("PERRO") == 1 and v.find("gato") is None and "El" in v and "gato" not in v
    assert (v["mañana"] == [4, 5]).all()
    with pytest.raises(KeyError):
        v["gato"]
    for name in "v.vec", "v.bin", "v.safetensors", "v.vec.gz":
        v.save(tmp_path / name)
        again = isogloss.Vectors.load(tmp_path / name)
        assert again.words == v.words and (again.rows == rows).all()
    with pytest.raises(isogloss.UsageError):
        v.save(tmp_path / "v.vec")
    v.save(tmp_path / "v.vec", overwrite=True)
    with pytest.raises(isogloss.DataError):
        isogloss.Vectors(["a", "a"], rows[:2])
    with pytest.raises(isogloss.DataError):
        isogloss.Vectors(["a"], np.array([[np.nan]]))
    with pytest.raises(isogloss.UsageError):
        isogloss.Vectors(["a"], rows)
    with pytest.raises(isogloss.UsageError):
        isogloss.Vectors(["a\0b"], rows[:1])


def test_rows_outlive_the_object(sample):
    rows = isogloss.Vectors.load(os.path.join(sample, "es.vec.gz"), max_vocab=10).rows[3:5]
    copy = rows.copy()
    gc.collect()
    isogloss.Vectors.load(os.path.join(sample, "en.vec.gz"), max_vocab=10)
    assert (rows == copy).all()


def test_vectors_match_the_file(lines, tmp_path):
    (tmp_path / "v.vec").write_text("".join(["100 %s" % lines[0].split()[1] + "\n"] + lines[1:]), encoding="utf-8")
    v = isogloss.Vectors.load(tmp_path / "v.vec")
    for word, row, line in zip(v.words, v.rows, lines[1:]):
        fields = line.rstrip("\n").split(" ")
        assert word == fields[0] and (row == np.array(fields[1:], dtype=np.float32)).all()


def test_errors_say_where(tmp_path):
    (tmp_path / "bad.vec").write_text("2 3\na 1 2 3\nb 1 2\n")
    with pytest.raises(isogloss.DataError) as e:
        isogloss.Vectors.load(tmp_path / "bad.vec")
    assert e.value.file == str(tmp_path / "bad.vec") and e.value.line == 3 and "bad.vec:3" in str(e.value)
    assert isinstance(e.value, ValueError) and e.value.expected
    with pytest.raises(isogloss.FileError) as e:
        isogloss.Vectors.load(tmp_path / "missing")
    assert isinstance(e.value, OSError) and "missing" in str(e.value)


# ---- maps ----

def test_map(vectors, seed, tmp_path):
    en, es = vectors
    m = isogloss.Map.fit(en, es, pairs=seed, method="procrustes")
    mapped = m.apply(en)
    assert mapped.shape == (1000, m.dim) and np.allclose(np.linalg.norm(mapped, axis=1), 1, atol=1e-5)
    m.save(tmp_path / "map")
    again = isogloss.Map.load(tmp_path / "map")
    assert (again.apply(en.rows) == mapped).all() and again.meta("method") == "procrustes" and again.meta("nothing") is None
    assert m.translate("president", k=3)[0][0] == "presidente"
    many = m.translate(["president", "zzzz"], k=3)
    assert many[0] == m.translate("president", k=3) and many[1] == []
    with pytest.raises(isogloss.UsageError):
        again.translate("president")
    en.save(tmp_path / "en.vec")
    es.save(tmp_path / "es.vec")
    want = [line.split("\t") for line in run("align", "lookup", "-q", "-k", 3, "--map", tmp_path / "map", "--src", tmp_path / "en.vec",
                                             "--tgt", tmp_path / "es.vec", "president").splitlines()]
    assert [word for _, _, word, _ in want] == [word for word, _ in again.translate("president", en, es, k=3)]
    space = again.space(en, es, retrieval="nn", rerank=False)
    rows, scores = space.nearest(["president"], k=4)
    cosines = es_cosines(again, en, es, "president")
    assert rows.shape == (1, 4) and np.allclose(scores[0], np.sort(cosines)[::-1][:4], atol=1e-5)
    space.write_dictionary(tmp_path / "dict.tsv", k=1, max_words=5)
    assert len((tmp_path / "dict.tsv").read_text(encoding="utf-8").splitlines()) == 5


def es_cosines(m, en, es, word):
    return m.apply(es, side="target") @ m.apply(en[word][None])[0]


def test_map_usage(vectors):
    en, es = vectors
    with pytest.raises(isogloss.UsageError, match="no seed"):
        isogloss.Map.fit(en, es)
    with pytest.raises(isogloss.UsageError, match="procrustes"):
        isogloss.Map.fit(en, es, seed_from="identical", method="magic")
    with pytest.raises(isogloss.DataError):
        isogloss.Map.fit(en, es, pairs=[("qqq", "qqq")])


def test_callbacks_stop_the_work(vectors, seed):
    en, es = vectors
    with pytest.raises(isogloss.Canceled):
        isogloss.Map.fit(en, es, pairs=seed, progress=lambda *_: True)

    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        isogloss.Map.fit(en, es, pairs=seed, progress=interrupt)


def test_callbacks_may_call_the_library(vectors, seed, model):
    en, es = vectors
    tagger, seen = isogloss.Tagger.load(model), []

    def progress(stage, done, total):
        with pytest.raises(isogloss.DataError):
            tagger.tag(["a", ""])
        seen.append(len(tagger.tag("Ana vive en Madrid.")))

    isogloss.Map.fit(en, es, pairs=seed, method="procrustes", progress=progress)
    assert len(set(seen)) == 1


# ---- translation ----

def test_translator(tmp_path):
    (tmp_path / "lexicon").write_text("the\tel\ndog\tperro\n")
    t = isogloss.Translator([tmp_path / "lexicon"])
    words = t.translate(["The", "dog", "of", "Bob"], ["O", "O", "O", "B-PER"])
    assert [w.text for w in words] == ["El", "perro", "of", "Bob"] and [w.tag for w in words] == ["O", "O", "O", "B-PER"]
    assert words[3].method == "policy" and words[1].source == 1
    assert t.translate(["dog"])[0].tag is None and t.translate([]) == []
    with pytest.raises(isogloss.UsageError):
        t.translate(["a"], [])
    with pytest.raises(isogloss.DataError):
        t.translate(["a"], ["PER"])
    (tmp_path / "in").write_text("dog B-ORG\n")
    t.translate_file(tmp_path / "in", tmp_path / "out")
    assert (tmp_path / "out").read_text() == "perro B-ORG\n"


# ---- taggers and scores ----

def test_tagger_does_what_the_program_does(model, sample, tmp_path):
    tagger = isogloss.Tagger.load(model)
    text = os.path.join(sample, "es.test.conll")
    sentences = [tokens for tokens, _ in isogloss.read_columns(text)]
    tags = tagger.predict(sentences)
    assert [len(t) for t in tags] == [len(s) for s in sentences]
    run("ner", "tag", "-q", "--model", model, text, "-o", tmp_path / "tagged")
    assert tags == [t for _, t in isogloss.read_columns(tmp_path / "tagged")]
    tagger.tag_file(text, tmp_path / "same")
    assert (tmp_path / "same").read_bytes() == (tmp_path / "tagged").read_bytes()
    score = isogloss.evaluate(tmp_path / "tagged")
    assert score.report == run("ner", "eval", tmp_path / "tagged")
    assert sum(c.gold for c in score.types.values()) == score.overall.gold and score.overall.f1 > 0
    found = tagger.tag_batch(sentences)
    assert sum(map(len, found)) == score.overall.predicted
    for sentence, one, entities in zip(sentences, tags, found):
        for e in entities:
            assert one[e.first].endswith("-" + e.type) and e.text == " ".join(sentence[e.start:e.end]) and 0 < e.probability <= 1
    assert [len(p) for p in tagger.probabilities(sentences)] == [len(s) for s in sentences]


def test_text_has_offsets_of_python_strings(model):
    tagger = isogloss.Tagger.load(model)
    text = "😀 Ana vive en Madrid, y Juan en Lima 👍🏽. Müller llegó."
    entities = tagger.tag(text)
    assert entities and all(text[e.start:e.end] == e.text for e in entities)
    assert set(e.type for e in entities) <= set(tagger.types)
    assert tagger.tag("") == [] and tagger.tag_batch([]) == [] and tagger.predict([]) == []
    assert tagger.tag(text, min_probability=1.0) == [e for e in entities if e.probability >= 1.0]
    with pytest.raises(isogloss.DataError):
        tagger.tag(["a", ""])
    with pytest.raises(isogloss.DataError):
        tagger.tag("\ud800")
    with pytest.raises(isogloss.UsageError):
        tagger.tag(text, min_probability=7.0)
    with pytest.raises(isogloss.FileError):
        isogloss.Tagger.load("missing.model")
    with pytest.raises(isogloss.UsageError):
        isogloss.Tagger.load()


def test_threads_share_a_tagger(model):
    tagger = isogloss.Tagger.load(model)
    texts = ["Ana vive en Madrid.", "Juan en Lima", "nada"] * 20
    want, wrong = tagger.tag_batch(texts), []

    def work():
        for _ in range(5):
            if tagger.tag_batch(texts) != want:
                wrong.append("other entities")
            with pytest.raises(isogloss.DataError):
                tagger.tag(["a", ""])

    workers = [threading.Thread(target=work) for _ in range(6)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert not wrong


def test_set_threads(model):
    tagger = isogloss.Tagger.load(model)
    results = []
    for n in 1, 3, 0:
        isogloss.set_threads(n)
        results.append(tagger.tag("Ana vive en Madrid, y Juan en Lima."))
    assert results[0] == results[1] == results[2]


# ---- projects ----

def test_project(sample, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "p.toml").write_text('[vars]\nout = "made"\nsample = ""\n[[stage]]\nname = "map"\nrun = "align fit"\nrefine = 0\n'
                                     'method = "procrustes"\nmax-vocab = 1000\nsrc = "${sample}/en.vec.gz"\n'
                                     'tgt = "${sample}/es.vec.gz"\nseed-dict = "${sample}/en-es.seed.txt"\nout = "${out}/map"\n')
    heard, said, here = [], [], os.getcwd()
    project = isogloss.Project(tmp_path / "p.toml")
    report = project.run(vars={"sample": sample}, progress=lambda *what: heard.append((threading.get_ident(), *what)),
                         log=lambda level, line: said.append(line))
    assert [s["status"] for s in report["stages"]] == ["ran"] and os.getcwd() == here
    assert heard and {t for t, *_ in heard} == {threading.get_ident()} and any("map" in line for line in said)
    assert project.run(vars={"sample": sample}, progress=True)["stages"][0]["status"] == "kept"
    assert isogloss.Map.load(tmp_path / "made" / "map").dim > 0
    with pytest.raises(isogloss.UsageError):
        project.run(vars={"nothing": 1})

    def fail(*_):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        project.run(vars={"sample": sample}, force=True, progress=fail)


# ---- other people's libraries, by stand-ins of their interfaces ----

def stand_in(monkeypatch, name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    monkeypatch.setitem(sys.modules, name, module)
    return module


def test_datasets(monkeypatch, tmp_path):
    class Dataset(dict):
        @classmethod
        def from_dict(cls, rows, features):
            assert set(rows) == set(features) and len({len(column) for column in rows.values()}) == 1
            made = cls(rows)
            made.features = features
            return made

    class ClassLabel:
        def __init__(self, names):
            self.names = names

    stand_in(monkeypatch, "datasets", Dataset=Dataset, Features=dict, Value=lambda kind: kind, Sequence=lambda of: of,
             ClassLabel=ClassLabel)
    from isogloss.hf import read_dataset
    (tmp_path / "x.conll").write_text("-DOCSTART- O\n\n# a comment\nAna B-PER\nvive O\n\nLima B-LOC\n", encoding="utf-8")
    d = read_dataset(tmp_path / "x.conll")
    assert d.features["ner_tags"].names == ["O", "B-LOC", "B-PER"]
    assert d["tokens"] == [["Ana", "vive"], ["Lima"]] and d["ner_tags"] == [[2, 0], [1]] and d["id"] == ["0", "1"]


def test_spacy(monkeypatch, model):
    factories = {}

    class Language:
        @staticmethod
        def factory(name, **_):
            return lambda make: factories.setdefault(name, make)

    class Token:
        def __init__(self, i, text):
            self.i, self.text, self.is_space = i, text, text.isspace()

    class Doc(list):
        ents = ()

        def has_annotation(self, name):
            return name == "SENT_START"

        @property
        def sents(self):
            yield self[:11]
            yield self[11:]

    stand_in(monkeypatch, "spacy")
    stand_in(monkeypatch, "spacy.language", Language=Language)
    stand_in(monkeypatch, "spacy.tokens", Span=lambda doc, start, end, label: (start, end, label))
    import isogloss.spacy  # noqa: F401
    words = ["Ana", "vive", " ", "en", "Madrid", ",", "y", "Juan", "en", "Lima", ".", "Müller", "llegó", "."]
    component = factories["isogloss"](None, "isogloss", model, 0.0)
    doc = component(Doc(Token(i, w) for i, w in enumerate(words)))
    tagger = isogloss.Tagger.load(model)
    plain = tagger.tag([w for w in words[:11] if w != " "])
    shift = [e.first + (e.first >= 2) for e in plain]
    assert doc.ents[:len(plain)] == [(s, s + e.n, e.type) for s, e in zip(shift, plain)] and plain
    assert len(doc.ents) == len(plain) + len(tagger.tag(words[11:]))


def test_exceptions_can_be_pickled():
    e = isogloss.DataError("a:3: b", "a", 3, "b", "c", "d")
    again = pickle.loads(pickle.dumps(e))
    assert str(again) == "a:3: b"
