"""The command lines that the fault loops try, and their tiny inputs: cuts of resources/sample, and files that the
program itself makes of them."""

import gzip
import pathlib
import subprocess


class Command:
    """One command line. outs: files it writes; with --force over earlier ones. groups: outputs that change together or not
    at all. stdin: a file. checkpoint: it may leave OUT.checkpoint when it fails, for --resume. fresh: outputs that no earlier run left, and that
    grow while it runs. beside: what it writes too, judged by nobody."""

    def __init__(self, name, line, outs=(), groups=(), stdin=None, checkpoint=False, fresh=(), beside=()):
        self.name = name
        self.line = line.split()
        self.outs = list(outs)
        self.groups = [list(g) for g in groups]
        self.stdin = stdin
        self.checkpoint = checkpoint
        self.fresh = list(fresh)
        self.beside = list(beside)


VECTORS = "--src en.vec --tgt es.vec"
MAP = "--map m.map " + VECTORS
# small enough for thousands of runs
SMALL = "--set hidden=6 --set word_dim=8 --set char_filters=4 --set char_dim=4 --set batch=2"
TRAIN = f"ner train --train train.conll --dev dev.conll {SMALL} --epochs 2 --threads 1 -q --force"
TRANSFER = ("ner transfer --source train.conll --train target.conll --epoch-batches 2 --epochs 1 "
            f"{SMALL} --threads 1 -q --force")

COMMANDS = [
    Command("align fit", f"align fit {VECTORS} --seed-dict seed.txt --method procrustes --refine 1 --threads 1 -q --force "
            "-o out/m.map", ["m.map"]),
    Command("align fit advanced", f"align fit {VECTORS} --seed-dict seed.txt --method advanced --threads 2 -q --force "
            "-o out/m.map", ["m.map"]),
    Command("align fit rcsls", f"align fit {VECTORS} --seed-dict seed.txt --method rcsls --contrast off --threads 1 -q "
            "--force -o out/m.map", ["m.map"]),
    Command("align fit identical", f"align fit {VECTORS} --seed-from identical --method procb --threads 1 -q --force "
            "-o out/m.map", ["m.map"]),
    Command("align eval", f"align eval {MAP} --dict seed.txt --threads 1 -q"),
    Command("align eval json", f"align eval {MAP} --dict seed.txt --json --plot out/p.svg --threads 1 -q --force",
            ["p.svg"]),
    Command("align eval index", f"align eval {MAP} --dict seed.txt --retrieval nn --index Flat --threads 1 -q"),
    Command("align eval memory", f"align eval {MAP} --dict seed.txt --memory 1M --threads 1 -q"),
    Command("align dict tsv", f"align dict {MAP} -k 3 --mutual --threads 1 -q --force -o out/d.tsv", ["d.tsv"]),
    Command("align dict calibrate", f"align dict {MAP} -k 3 --calibrate test.txt --format jsonl --threads 2 -q --force "
            "-o out/d.jsonl", ["d.jsonl"]),
    Command("align dict stardict", f"align dict {MAP} -k 2 --format stardict --threads 1 -q --force -o out/d",
            ["d.ifo", "d.idx", "d.dict"], [["d.ifo", "d.idx", "d.dict"]]),
    Command("align apply vec", "align apply --map m.map --src en.vec --threads 1 -q --force -o out/a.vec", ["a.vec"]),
    Command("align apply bin", "align apply --map m.map --src es.vec --side target --threads 1 -q --force -o out/a.bin",
            ["a.bin"]),
    Command("align lookup", f"align lookup {MAP} --threads 1 -q the of"),
    Command("align index", f"align index {MAP} --threads 1 -q --force -o out/x.index", ["x.index"]),
    Command("align index ivf", "align index --map m.map --tgt es.vec --index IVF2,Flat --threads 1 -q --force "
            "-o out/x.index", ["x.index"]),
    Command("align eval index", f"align eval {MAP} --dict test.txt --index es.index --threads 1 -q"),
    Command("align hub", "align hub --pivot en=en.vec --seed-dict es=seed.txt -o out --threads 1 -q --force es=es.vec",
            ["en-es.map", "es-en.map"]),
    Command("align fit memory", f"align fit {VECTORS} --seed-dict seed.txt --method procrustes --memory 1K --threads 1 -q "
            "--force -o out/m.map", ["m.map"]),
    Command("align apply memory", "align apply --map m.map --src en.vec --memory 1K --threads 1 -q --force -o out/a.vec",
            ["a.vec"]),
    Command("align lookup stdin", f"align lookup {MAP} --json --threads 1 -q", stdin="words.txt"),
    Command("align index", f"align index {MAP} --threads 1 -q --force -o out/i.index", ["i.index"]),
    Command("align lookup index", f"align lookup {MAP} --index m.index --threads 1 -q the of"),
    Command("align health", "align health --map self.map --src en.vec --tgt en.vec --json --threads 1 -q"),
    Command("align plot", f"align plot {MAP} --threads 1 -q --force -o out/p.svg the of in", ["p.svg"]),
    Command("translate lexicon", "translate --lexicon seed.txt --provenance --trace out/t.jsonl --report out/r.json "
            "--threads 1 -q --force -o out/t.conll train.conll", ["t.conll", "t.jsonl", "r.json"],
            [["t.conll", "t.jsonl", "r.json"]]),
    Command("translate map", f"translate {MAP} --threads 1 -q --force -o out/t.conll dev.conll", ["t.conll"]),
    Command("translate best", f"translate --preset best --lexicon seed.txt {MAP} --lm es.lm --case-table es.case "
            "--samples 2 --threads 1 -q --force -o out/t.conll dev.conll", ["t.conll"]),
    Command("translate mayhew", "translate --preset mayhew --lexicon seed.txt --lm es.lm --gazetteer gazetteer.txt "
            "--policy LOC=gazetteer --threads 1 -q --force -o out/t.conll dev.conll", ["t.conll"]),
    Command("translate icu", "translate --lexicon seed.txt --policy *=transliterate --transliterator Latin-Cyrillic "
            "--threads 1 -q --force -o out/t.conll dev.conll", ["t.conll"]),
    Command("translate stardict", "translate --lexicon d.ifo --prominence --threads 1 -q --force -o out/t.conll dev.conll",
            ["t.conll"]),
    Command("translate dictd", "translate --lexicon dictd.index --threads 1 -q --force -o out/t.conll dev.conll",
            ["t.conll"]),
    Command("translate case", "translate case -q --force -o out/c.tsv plain.txt", ["c.tsv"]),
    Command("translate lm train", "translate lm train plain.txt -q --force -o out/l.lm", ["l.lm"]),
    Command("translate lm arpa", "translate lm train plain.txt --order 2 -q --force -o out/l.arpa", ["l.arpa"]),
    Command("translate lm ppl", "translate lm ppl es.lm plain.txt -q --json"),
    Command("translate lm convert", "translate lm convert es.arpa -q --force -o out/l.lm", ["l.lm"]),
    Command("translate vectors", f"translate vectors {MAP} --threads 1 -q --force -o out/j.vec", ["j.vec"]),
    Command("translate vectors replace", f"translate vectors --mode replace {MAP} --threads 1 -q --force -o out/j.vec",
            ["j.vec"]),
    Command("translate view", "translate view trace.jsonl -q --force -o out/v.html", ["v.html"]),
    Command("ner train", TRAIN + " -o out/m.model", ["m.model"], checkpoint=True),
    Command("ner train emb", TRAIN + " --emb es.vec --gazetteer names.txt --set average=0.9 -o out/m.model", ["m.model"],
            checkpoint=True),
    Command("ner train settings", "ner train --list-settings -q"),
    Command("ner transfer", TRANSFER + " --mode datnet-f -o out/m.model", ["m.model"], checkpoint=True),
    Command("ner transfer init", TRANSFER + " --mode init --pretrain-epochs 1 --source-emb en.vec --emb en.vec --copy-words "
            "-o out/m.model", ["m.model"], checkpoint=True),
    Command("ner curve", "ner curve --mode init --source train.conll --train target.conll --dev dev.conll --sizes 1,2 "
            f"--seeds 1 --epoch-batches 2 --pretrain-epochs 1 --epochs 1 {SMALL} --threads 1 -q --force -o out/c.tsv "
            "--svg out/c.svg", ["c.tsv", "c.svg"]),
    Command("ner pseudo", "ner pseudo --model m.model --threads 1 -q --force -o out/p.conll dev.conll", ["p.conll"]),
    Command("ner tag columns", "ner tag --model m.model -c --nbest 2 --threads 1 -q --force -o out/t.conll dev.conll",
            ["t.conll"]),
    Command("ner tag text", "ner tag --model m.model --format text --threads 1 -q", stdin="plain.txt"),
    Command("ner tag jsonl", "ner tag --model m.model --model m.model --threads 2 -q --force -o out/t.jsonl spans.jsonl",
            ["t.jsonl"]),
    Command("ner tag given", "ner tag --model m.model --given --capitals --threads 1 -q given.conll"),
    Command("ner eval", "ner eval tagged.conll -q"),
    Command("ner eval json", "ner eval --json --bootstrap 20 --seen train.conll --confusion out/c.svg --threads 1 -q "
            "--force tagged.conll", ["c.svg"]),
    Command("ner eval out", "ner eval --latex -q --force -o out/e.tex tagged.conll", ["e.tex"]),
    Command("ner eval table", "ner eval --table latex -q --force -o out/t.tex tagged.conll", ["t.tex"]),
    Command("ner compare", "ner compare --rounds 20 -q --force -o out/c.txt dev.conll tagged.conll tagged.conll", ["c.txt"]),
    Command("ner card", "ner card --model m.model -q --force -o out/card.md", ["card.md"]),
    Command("ner plot", "ner plot --model m.model -q --force -o out/p.svg", ["p.svg"]),
    Command("run", "run p.toml --threads 1 -q --force",
            ["c.jsonl", "t.conll", "e.txt", "isogloss-run.json"], fresh=["isogloss-run.json"]),
    Command("run dry", "run p.toml --dry-run -q"),
    Command("convert jsonl", "convert --to jsonl -q --force -o out/c.jsonl train.conll", ["c.jsonl"]),
    Command("convert spans", "convert --to spans -q --force -o out/c.jsonl train.conll", ["c.jsonl"]),
    Command("convert conll", "convert --scheme bioes -q --force -o out/c.conll spans.jsonl", ["c.conll"]),
    Command("convert dict", "convert --to csv -q --force -o out/d.csv d.xdxf", ["d.csv"]),
    Command("convert xdxf", "convert --to tbx -q --force -o out/d.tbx d.xdxf", ["d.tbx"]),
    Command("convert isgv", "convert -q --force -o out/v.isgv en.vec", ["v.isgv"]),
    Command("convert vec", "convert --to vec -q --force -o out/v.vec v.isgv", ["v.vec"]),
    Command("convert gz", "convert --to word2vec -q --force -o out/v.bin en.vec.gz", ["v.bin"]),
    Command("check labelled", "check train.conll dev.conll --json -q"),
    Command("check vectors", "check en.vec -q --force -o out/c.txt", ["c.txt"]),
    Command("check fix", "check --fix out/f.conll -q --force dev.conll", ["f.conll"]),
    Command("check fix vectors", "check --fix out/f.vec -q --force en.vec", ["f.vec"]),
    Command("info map", "info m.map --json"),
    Command("info model", "info m.model -q --force -o out/i.txt", ["i.txt"]),
    Command("info vectors", "info en.vec.gz -q"),
    Command("info fasttext", "info ft.bin -q"),
    Command("completion", "completion bash -q --force -o out/c.bash", ["c.bash"]),
    Command("log", "check dev.conll -q --log out/log.jsonl", beside=["log.jsonl"]),
    Command("help", "ner train --help"),
    Command("version", "--version"),
]

PROJECT = """[vars]
out = "out"

[[stage]]
name = "words"
run = "convert"
in = "dev.conll"
out = "${out}/c.jsonl"

[[stage]]
name = "text"
run = "translate"
lexicon = "seed.txt"
in = "dev.conll"
out = "${out}/t.conll"

[[stage]]
name = "score"
run = "ner eval"
in = "tagged.conll"
out = "${out}/e.txt"
"""


def cut_vectors(path, words, dim):
    with gzip.open(path, "rt", encoding="utf-8") as f:
        next(f)
        rows = [next(f).split(" ") for _ in range(words)]
    return f"{words} {dim}\n" + "".join(" ".join(r[: dim + 1]).strip() + "\n" for r in rows), {r[0] for r in rows}


def cut_sentences(path, n, most=12):
    sentences = [s for s in path.read_text(encoding="utf-8").strip().split("\n\n") if s.count("\n") < most]
    return "\n\n".join(sentences[:n]) + "\n"


def fasttext_model():
    """A model in fastText's format, version 12: two words, three buckets, two dimensions."""
    import struct

    head = struct.pack("<ii", 793712314, 12)
    args = struct.pack("<12id", 2, 5, 1, 5, 5, 1, 2, 2, 3, 3, 6, 100, 1e-4)
    words = struct.pack("<iiiqq", 2, 2, 0, 3, -1)
    for word, count in ((b"the", 2), (b"of", 1)):
        words += word + b"\0" + struct.pack("<qb", count, 0)
    rows = struct.pack("<?qq10f", False, 5, 2, *range(10))
    return head + args + words + rows + struct.pack("<?qq4f", False, 2, 2, 0, 0, 0, 0)


def make_inputs(folder, sample, program):
    """Fills the folder; returns the names of its files."""
    folder = pathlib.Path(folder)
    sample = pathlib.Path(sample)
    en, en_words = cut_vectors(sample / "en.vec.gz", 120, 8)
    es, es_words = cut_vectors(sample / "es.vec.gz", 160, 8)
    (folder / "en.vec").write_text(en, encoding="utf-8")
    (folder / "es.vec").write_text(es, encoding="utf-8")
    with open(folder / "en.vec.gz", "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as f:
        f.write(en.encode())
    pairs = []
    for name in ("en-es.seed.txt", "en-es.test.txt"):
        for line in (sample / name).read_text(encoding="utf-8").splitlines():
            source, target = line.split("\t")
            if source in en_words and target in es_words:
                pairs.append(line)
    (folder / "seed.txt").write_text("\n".join(pairs) + "\n", encoding="utf-8")
    (folder / "test.txt").write_text("\n".join(pairs[::3]) + "\n", encoding="utf-8")
    (folder / "train.conll").write_text(cut_sentences(sample / "en.train.conll", 6), encoding="utf-8")
    (folder / "dev.conll").write_text(cut_sentences(sample / "en.dev.conll", 3), encoding="utf-8")
    (folder / "target.conll").write_text(cut_sentences(sample / "es.test.conll", 3), encoding="utf-8")
    (folder / "given.conll").write_text("Ann B-PER\nlives ?\nin O\nRome ?\n\nyes ?\n")
    (folder / "plain.txt").write_text("Ana vive en Roma. Roma es grande.\nEl río pasa por Roma y Ana lo ve.\n" * 2,
                                      encoding="utf-8")
    (folder / "words.txt").write_text("the\nof\n")
    (folder / "names.txt").write_text("Rome\tLOC\nNew York\tLOC\n")
    (folder / "gazetteer.txt").write_text("Roma\tLOC\nMadrid\tLOC\nAna\tPER\n")
    (folder / "spans.jsonl").write_text('{"text": "Ann lives in Rome.", "entities": [[0, 3, "PER"], [13, 17, "LOC"]]}\n'
                                        '{"text": "Rome is big.", "entities": [[0, 4, "LOC"]]}\n')
    (folder / "ft.bin").write_bytes(fasttext_model())
    (folder / "dictd.dict").write_text("house\n  casa\nriver\n  río\n", encoding="utf-8")
    (folder / "dictd.index").write_text("house\tA\tN\nriver\tN\tN\n")
    (folder / "p.toml").write_text(PROJECT)

    def make(line):
        done = subprocess.run([program, *line.split()], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"inputs: {line}: exit {done.returncode}: {done.stderr}")

    make(f"align fit {VECTORS} --seed-dict seed.txt --method procrustes -q -o m.map")
    make(f"align index {MAP} -q -o m.index")
    make("translate lm train plain.txt -q -o es.lm")
    make("translate lm train plain.txt --order 2 -q -o es.arpa")
    make("translate case -q --min-count 1 -o es.case plain.txt")
    make("translate --lexicon seed.txt --trace trace.jsonl -q -o translated.conll dev.conll")
    make("align fit --src en.vec --tgt en.vec --seed-from identical --method procrustes -q -o self.map")
    make(f"align dict {MAP} -k 2 --format stardict -q -o d")
    make(f"ner train --train train.conll --dev dev.conll {SMALL} --epochs 2 -q -o m.model")
    make("ner tag --model m.model -q -o tagged.conll dev.conll")
    make(f"align dict {MAP} -k 2 --format xdxf -q -o d.xdxf")
    make(f"align index {MAP} -q -o es.index")
    make("convert -q -o v.isgv en.vec")
    return sorted(p.name for p in folder.iterdir())
