#!/usr/bin/env python3
"""Bilingual dictionaries: precision, coverage, time and memory of each method on the same files.

Usage: tools/bench align --data DIR [--isogloss PROGRAM] [--out FILE.tsv] [--only PART]

DIR holds emb/ and dict/ (the README says where each file comes from). Prints a Markdown table and writes the same as
TSV with version, options, seed, machine, seconds and peak memory. Uses the program and Python's standard library only.
"""
import argparse, json, os, subprocess, sys, tempfile, time

import benchlib

MAX_VOCAB = "100000"


def run(program, args):
    """The JSON result, seconds and peak MB of one call."""
    start = time.monotonic()
    proc = subprocess.Popen([program] + args + ["--json", "-q"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = proc.stdout.read(), proc.stderr.read()
    _, status, usage = os.wait4(proc.pid, 0)
    proc.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    try:
        result = json.loads(out) if out.strip() else {}
    except ValueError:
        result = {}
    return proc.returncode, result, seconds, usage.ru_maxrss / 1024, err.decode(errors="replace").strip()


def cut(path, words, folder):
    """The first `words` source words of a list, every n-th so that they are spread over frequencies."""
    lines = [l.split() for l in open(path, encoding="utf-8")]
    lines = [l for l in lines if len(l) == 2]
    sources = list(dict.fromkeys(a for a, _ in lines))
    kept = set(sources[:: max(1, len(sources) // words)][:words])
    out = os.path.join(folder, "%s.%d" % (os.path.basename(path), words))
    with open(out, "w", encoding="utf-8") as f:
        f.writelines("%s\t%s\n" % (a, b) for a, b in lines if a in kept)
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with emb/ and dict/")
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    p.add_argument("--isogloss", default=os.path.join(here, "..", "build", "isogloss"))
    p.add_argument("--out", default="bench-align.tsv")
    p.add_argument("--threads", default="0")
    p.add_argument("--seed", default="1")
    p.add_argument("--only", default="", help="run rows whose name holds this")
    a = p.parse_args()
    emb, dic = os.path.join(a.data, "emb"), os.path.join(a.data, "dict")
    vec = {"en": os.path.join(emb, "en.glove.100d.vec.gz"), "es": os.path.join(emb, "es.54M.100d.vec.gz")}
    ubi = {l: os.path.join(emb, "ubilexat-es-en", "word2vec." + l) for l in ("en", "es")}
    for path in list(vec.values()) + [dic]:
        if not os.path.exists(path):
            sys.exit("tools/bench align: no %s; --data needs emb/ and dict/, see the README" % path)
    version = benchlib.version(a.isogloss)
    print("%s; %s; seed %s, threads %s\n" % (version, benchlib.machine(), a.seed, a.threads or "all"))
    head = ["data", "method", "options", "coverage %", "P@1 NN", "P@1 CSLS", "P@5 CSLS", "P@10 CSLS", "fit s", "fit MB",
            "eval s", "verdict"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head), flush=True)
    rows = []
    with tempfile.TemporaryDirectory() as tmp:
        for s, t in (("en", "es"), ("es", "en")):
            train = os.path.join(dic, "%s-%s.0-5000.txt" % (s, t))
            test = os.path.join(dic, "%s-%s.5000-6500.txt" % (s, t))
            few = cut(train, 500, tmp)
            jobs = [("GloVe/es.54M", vec, m, o) for m, o in (
                ("procrustes", ["--method", "procrustes", "--seed-dict", train]),
                ("advanced", ["--method", "advanced", "--seed-dict", train]),
                ("rcsls", ["--method", "rcsls", "--seed-dict", train]),
                ("procb", ["--method", "procb", "--seed-dict", train]),
                ("procrustes, contrastive", ["--method", "procrustes", "--refine", "2", "--contrast", "on", "--seed-dict", train]),
                ("auto", ["--seed-dict", train]),
                ("auto, 500 words", ["--seed-dict", few]),
                ("auto, identical", ["--seed-from", "identical"]),
                ("unsupervised", ["--seed-from", "unsupervised"]))]
            if os.path.exists(ubi[s]):
                jobs += [("UBiLexAT", ubi, m, o) for m, o in (
                    ("procrustes", ["--method", "procrustes", "--seed-dict", train]),
                    ("advanced", ["--method", "advanced", "--seed-dict", train]),
                    ("auto", ["--seed-dict", train]),
                    ("auto, CSLS of 5", ["--csls-k", "5", "--seed-dict", train]))]
            for data, files, name, options in jobs:
                label = "%s %s-%s" % (data, s, t)
                if a.only not in label + " " + name:
                    continue
                out = os.path.join(tmp, "map")
                common = ["--max-vocab", MAX_VOCAB, "--threads", a.threads]
                sides = ["--src", files[s], "--tgt", files[t]]
                code, fit, fit_s, fit_mb, err = run(a.isogloss, ["align", "fit"] + sides + common + options +
                                                    ["--seed", a.seed, "-o", out, "--force"])
                verdict = "ok" if code == 0 else "exit %d: %s" % (code, err.split("\n")[-1][:80])
                score, eval_s = {}, 0.0
                for retrieval in ("nn", "csls"):
                    if not os.path.exists(out):
                        continue
                    ecode, r, seconds, _, err = run(a.isogloss, ["align", "eval", "--map", out] + sides + common +
                                                    ["--dict", test, "--retrieval", retrieval])
                    if ecode:
                        verdict += "; eval: " + err[:80]
                    score[retrieval], eval_s = r, seconds
                if os.path.exists(out):
                    os.unlink(out)
                c, n = score.get("csls", {}), score.get("nn", {})
                at = lambda r, k: "%.2f" % r["p_at"][k] if "p_at" in r else "-"
                shown = [o if not o.startswith(tmp) and not o.startswith(a.data) else os.path.basename(o) for o in options]
                row = [label, name + (" (" + fit["method"] + ")" if name.startswith("auto") and fit else ""),
                       " ".join(shown), "%.2f" % (100 * c["coverage"]) if "coverage" in c else "-", at(n, "1"), at(c, "1"),
                       at(c, "5"), at(c, "10"), "%.1f" % fit_s, "%.0f" % fit_mb, "%.1f" % eval_s, verdict]
                rows.append(row)
                print("| " + " | ".join(row) + " |", flush=True)
    with open(a.out, "w", encoding="utf-8") as f:
        f.write("\t".join(head + ["version", "seed", "threads", "max_vocab", "machine"]) + "\n")
        for row in rows:
            f.write("\t".join(row + [version, a.seed, a.threads, MAX_VOCAB, benchlib.machine()]) + "\n")
    print("\nwritten: %s" % a.out)


if __name__ == "__main__":
    main()
