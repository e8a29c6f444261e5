#!/usr/bin/env python3
"""The tagger: F1 over seeds on real data, tokens a second of training and tagging, memory; and the engine's share of
sgemm's peak.

Usage: tools/bench ner --data DIR [--seeds N] [--only PART] [--isogloss PROGRAM] [--out FILE.tsv] [--set KEY=VALUE]...

DIR holds ner/ and emb/ (the README says where each file comes from). Models are chosen on dev; test is scored once at
the end. Prints Markdown tables and writes the same as TSV with version, options, seeds, machine, seconds and peak
memory. Uses the program and Python's standard library only.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import benchlib

CORPORA = {
    "en CoNLL-2003": ("ner/en-conll2003/eng.train", "ner/en-conll2003/eng.testa", "ner/en-conll2003/eng.testb",
                      "emb/en.glove.100d.vec.gz"),
    "es CoNLL-2002": ("ner/es-conll2002/esp.train", "ner/es-conll2002/esp.testa", "ner/es-conll2002/esp.testb",
                      "emb/es.54M.100d.vec.gz"),
}


def call(command):
    """The JSON result, seconds and peak MB of one call; ends the benchmark where it fails."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        p = subprocess.Popen(command, stdout=out, stderr=err)
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - start
        out.seek(0)
        err.seek(0)
        if p.returncode:
            sys.exit("%s\nexit %d: %s" % (" ".join(command), p.returncode, err.read().decode(errors="replace").strip()))
        text = out.read()
    return (json.loads(text) if text.strip() else {}), seconds, usage.ru_maxrss / 1024


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    p.add_argument("--data", required=True, help="folder with ner/ and emb/")
    p.add_argument("--isogloss", default=os.path.join(here, "..", "build", "isogloss"))
    p.add_argument("--engine", default=os.path.join(here, "..", "build", "tests", "bench_ner"),
                   help="the engine's benchmark (ninja -C build tests/bench_ner); left out where it is not built")
    p.add_argument("--out", default="bench-ner.tsv")
    p.add_argument("--seeds", type=int, default=5)
    p.add_argument("--threads", default="0")
    p.add_argument("--preset", default="default")
    p.add_argument("--epochs", default="0")
    p.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    p.add_argument("--only", default="", help="run corpora whose name holds this")
    a = p.parse_args()
    corpora = {n: [os.path.join(a.data, f) for f in files] for n, files in CORPORA.items() if a.only in n}
    for files in corpora.values():
        for f in files:
            if not os.path.exists(f):
                sys.exit("tools/bench ner: no %s; --data needs ner/ and emb/, see the README" % f)
    version = benchlib.version(a.isogloss)
    options = ["--preset", a.preset, "--epochs", a.epochs, "--threads", a.threads]
    for s in a.set:
        options += ["--set", s]
    print("%s; %s; %s\n" % (version, benchlib.machine(), " ".join(options)))
    head = ["corpus", "seed", "epoch kept", "dev F1", "test precision", "test recall", "test F1", "train tokens/s",
            "tag tokens/s", "train s", "train MB", "tag MB"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head), flush=True)
    rows = []
    with tempfile.TemporaryDirectory() as tmp:
        model, tagged = os.path.join(tmp, "model"), os.path.join(tmp, "tagged")
        for name, (train, dev, test, emb) in corpora.items():
            scores = []
            for seed in range(1, a.seeds + 1):
                t, seconds, train_mb = call([a.isogloss, "ner", "train", "--train", train, "--dev", dev, "--emb", emb, "-o", model,
                                   "--force", "--seed", str(seed), "--json", "-q"] + options)
                g, _, tag_mb = call([a.isogloss, "ner", "tag", "--model", model, test, "-o", tagged, "--force", "--json", "-q",
                             "--threads", a.threads])
                e, _, _ = call([a.isogloss, "ner", "eval", test, tagged, "--json", "-q"])
                o = e["overall"]
                scores.append((t["dev_f1"], o["precision"], o["recall"], o["f1"]))
                row = [name, str(seed), str(t["best_epoch"])] + ["%.2f" % x for x in scores[-1]]
                row += ["%.0f" % t["tokens_per_second"], "%.0f" % g["tokens_per_second"], "%.0f" % seconds,
                        "%.0f" % train_mb, "%.0f" % tag_mb]
                rows.append(row)
                print("| " + " | ".join(row) + " |", flush=True)
            if len(scores) > 1:
                row = [name, "mean ± deviation", ""]
                row += ["%.2f ± %.2f" % (statistics.mean(c), statistics.stdev(c)) for c in zip(*scores)] + [""] * 5
                rows.append(row)
                print("| " + " | ".join(row) + " |", flush=True)
    with open(a.out, "w", encoding="utf-8") as f:
        f.write("# %s; %s; %s; tools/bench %s\n" % (version, benchlib.machine(), " ".join(options), " ".join(sys.argv[1:])))
        f.writelines("\t".join(r) + "\n" for r in [head] + rows)
    if os.path.exists(a.engine):
        print("\nThe engine alone, on text shaped like CoNLL-2003:\n", flush=True)
        subprocess.run([a.engine], check=True)


main()
