#!/usr/bin/env python3
"""Translated corpora: what each way of translating is worth to a tagger that never saw a label of the target language.

Usage: tools/bench translate --data DIR [--seeds 1,2,3] [--only NAME,...] [--epochs N] [--isogloss PROGRAM] [--out FILE.tsv]
                             [--keep FOLDER]

DIR holds emb/, dict/, ner/ and text/ (the README says where each file comes from). Each variant translates eng.train
and eng.testa; the same tagger is trained on each, its epoch chosen by the translated eng.testa, and scored on
esp.testb. No label of esp.* decides anything. Word vectors stay fixed (word_lr=0), scaled to a mean norm of 3, about
that of the Spanish ones; vectors of both languages are had by an orthogonal map, which keeps each language's
geometry. Prints a Markdown table, and writes the same as TSV with version, options, seeds, machine, seconds and peak
memory. With --keep, runs that the folder holds are not repeated. Uses the program and Python's standard library only.

Variants:
  source      no translation: English text, Spanish vectors
  common      no translation: English text, vectors of both languages in the map's space (Xie et al. 2018)
  replace     no translation: English words with the vectors of their nearest Spanish words (Xie et al. 2018)
  first       first entry of the MUSE dictionary, then copy (the baseline)
  xie         Xie et al. 2018: best CSLS neighbour of a map, word by word
  first+map   first entry, then CSLS, then copy
  dictionary  first+map, with +vectors and +capitals as below (resources/projects/en-es-dictionary.toml)
  mayhew      Mayhew et al. 2017: prominence, language model, greedy
  lattice     candidates of dictionary (both directions) and map, language model, beam search, evidence for names
  +swap       lattice, and words of a name (or none) in the other order, joined by "de"
  +both       +swap, with capitals where English and Spanish have one, and names written small unlabelled
  +samples    +both, three translations of each sentence
  +vectors    +both, tagger with vectors of both languages (as common): words that were copied have one, too
  +english    +vectors, trained on the English text as well
  +capitals   the taggers of +vectors, told that words with a capital amid a sentence are parts of names
  +self       the taggers of +capitals (one a seed) label the words of esp.train together, doubtful labels left open;
              new ones are trained on the translation and these (self-training), and tag as in +capitals
  +three      the taggers of +self as one, by their averaged scores (resources/projects/en-es.toml)
  +again      +self once more: its taggers label the words of esp.train
"""
import argparse, json, lzma, os, shutil, statistics, subprocess, sys, tempfile, time

import benchlib


def call(program, args, log=None):
    """Seconds and peak MB of one call; stops the benchmark where it fails."""
    start = time.monotonic()
    proc = subprocess.Popen([program] + args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out = proc.stdout.read()
    _, status, usage = os.wait4(proc.pid, 0)
    proc.returncode = os.waitstatus_to_exitcode(status)
    if log:
        with open(log, "ab") as f:
            f.write(out)
    if proc.returncode != 0:
        sys.exit("tools/bench translate: %s\n%s" % (" ".join(args), out.decode(errors="replace")[-2000:]))
    return out, time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True)
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    p.add_argument("--isogloss", default=os.path.join(here, "..", "build", "isogloss"))
    p.add_argument("--out", default="bench-translate.tsv")
    p.add_argument("--seeds", default="1,2,3")
    p.add_argument("--epochs", default="10")
    p.add_argument("--threads", default="0")
    p.add_argument("--only", default="", help="comma-separated variants")
    p.add_argument("--keep", default="", help="folder to keep maps, translations and models in")
    a = p.parse_args()
    dic, emb, ner = (os.path.join(a.data, d) for d in ("dict", "emb", "ner"))
    text = os.path.join(a.data, "text", "es.plain.txt.xz")
    src, tgt = os.path.join(emb, "en.glove.100d.vec.gz"), os.path.join(emb, "es.54M.100d.vec.gz")
    train, dev = (os.path.join(ner, "en-conll2003", f) for f in ("eng.train", "eng.testa"))
    test, unlabelled = (os.path.join(ner, "es-conll2002", f) for f in ("esp.testb", "esp.train"))
    lexicon, reverse = os.path.join(dic, "en-es.txt"), os.path.join(dic, "es-en.txt")
    for path in (text, src, tgt, train, dev, test, unlabelled, lexicon, reverse):
        if not os.path.exists(path):
            sys.exit("tools/bench translate: no %s; see the README for where it comes from" % path)
    tmp = a.keep or tempfile.mkdtemp()
    os.makedirs(tmp, exist_ok=True)
    at = lambda name: os.path.join(tmp, name)
    common = ["-q", "--force", "--threads", a.threads]
    log = at("log")
    if not os.path.exists(at("es.txt")):
        with lzma.open(text) as f, open(at("es.txt"), "wb") as g:
            shutil.copyfileobj(f, g)
    with open(unlabelled, encoding="utf-8") as f, open(at("esp.words"), "w", encoding="utf-8") as g:
        g.writelines(line.split(" ")[0].strip() + "\n" for line in f)
    ready = []
    for name, args in (("en-es.map", ["align", "fit", "--src", src, "--tgt", tgt, "--seed-dict", lexicon,
                                      "--max-vocab", "100000"]),
                       ("rotation.map", ["align", "fit", "--src", src, "--tgt", tgt, "--seed-dict", lexicon,
                                         "--max-vocab", "100000", "--method", "procrustes"]),
                       ("es.lm", ["translate", "lm", "train", at("es.txt")]),
                       ("es.case", ["translate", "case", at("es.txt")])):
        if not os.path.exists(at(name)):
            _, seconds, mb = call(a.isogloss, args + ["-o", at(name)] + common, log)
            ready.append("%s %.0f s, %.0f MB" % (name, seconds, mb))
    by_map = ["--map", at("en-es.map"), "--src", src, "--tgt", tgt]
    by_text = ["--lm", at("es.lm"), "--case-table", at("es.case")]
    lattice = ["--preset", "best", "--lexicon", lexicon, "--reverse", reverse] + by_map + by_text
    settings = ["--set", "word_lr=0", "--set", "word_norm=3"]
    swap = lattice + ["--swap", "0.3", "--link", "de"]
    both = swap + ["--casing", "both", "--drop-lower"]
    variants = [
        ("source", None), ("common", None), ("replace", None), ("first", ["--lexicon", lexicon]), ("xie", by_map),
        ("first+map", ["--lexicon", lexicon] + by_map), ("dictionary", ["--lexicon", lexicon] + by_map),
        ("mayhew", ["--preset", "mayhew", "--lexicon", lexicon, "--lm", at("es.lm")]), ("lattice", lattice), ("+swap", swap),
        ("+both", both), ("+samples", both + ["--samples", "3"]), ("+vectors", both), ("+english", both),
        ("+capitals", both), ("+self", both), ("+three", both), ("+again", both)]
    rounds = ["+vectors", "+self", "+again"] # of self-training

    def score(models, tagged, options):
        call(a.isogloss, ["ner", "tag", test, "-o", tagged] + options + [x for m in models for x in ("--model", m)] +
             common, log)
        out, _, _ = call(a.isogloss, ["ner", "eval", tagged, "--json", "-q"])
        return json.loads(out)["overall"]

    def train_and_score(run, files, texts, vectors, seed):
        """One tagger, or what an earlier call kept of it."""
        if not os.path.exists(at(run + ".json")):
            model, tagged = at(run + ".model"), at(run + ".tagged")
            out, seconds, mb = call(a.isogloss, ["ner", "train"] + texts + [
                "--dev", files["dev"], "--emb", vectors, "--epochs", a.epochs, "--seed", seed, "-o", model, "--json"] +
                settings + common, log)
            dev_f1 = json.loads(out[out.index(b"{"):])["dev_f1"]
            with open(at(run + ".json"), "w") as f:
                json.dump({"model": model, "score": score([model], tagged, []), "dev_f1": dev_f1, "seconds": seconds,
                           "mb": mb, "score_capitals": score([model], tagged, ["--capitals"])}, f)
        with open(at(run + ".json")) as f:
            return json.load(f)

    def train_round(k, files, vectors, seed):
        """Round 0 learns from the translation, the others also from what the taggers of the round before label."""
        texts = ["--train", files["train"]]
        if k > 0:
            own = at(rounds[k] + ".own")
            if not os.path.exists(own):
                teachers = [train_round(k - 1, files, vectors, s)["model"] for s in seeds]
                call(a.isogloss, ["ner", "pseudo", "--capitals", at("esp.words"), "-o", own] +
                     [x for m in teachers for x in ("--model", m)] + common, log)
            texts += ["--train", own]
        return train_and_score(rounds[k] + "." + seed, files, texts, vectors, seed)

    only = [v for v in a.only.split(",") if v]
    version = benchlib.version(a.isogloss)
    seeds = a.seeds.split(",")
    print("%s; %s; seeds %s, %s epochs at most%s\n" % (version, benchlib.machine(), a.seeds, a.epochs,
                                                       "; " + "; ".join(ready) if ready else ""))
    head = ["variant", "coverage %", "tokens/min", "dev F1 (translated)", "esp.testb F1", "sd", "P", "R", "train s", "MB"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head), flush=True)
    rows = []
    for name, args in variants:
        if only and name not in only:
            continue
        files, coverage, rate, vectors = {"train": train, "dev": dev}, "", "", tgt
        if name in ["common", "replace", "dictionary", "+english", "+capitals", "+three"] + rounds:
            mode = name if name == "replace" else "common"
            vectors = at(mode + ".isgv")
            if not os.path.exists(vectors):
                call(a.isogloss, ["translate", "vectors", "--mode", mode, "--max-vocab", "0", "--map", at("rotation.map"),
                                 "--src", src, "--tgt", tgt, "-o", vectors] + common, log)
        if args is not None:
            made = "+both" if args is both else name
            for part, path in (("train", train), ("dev", dev)):
                files[part] = at("%s.%s" % (made, part))
                report = at("%s.%s.json" % (made, part))
                extra = [x for i, x in enumerate(args) if not (part == "dev" and (x == "--samples" or
                                                               (i and args[i - 1] == "--samples")))]
                if not os.path.exists(report):
                    call(a.isogloss, ["translate"] + extra + ["-o", files[part], "--report", report, path] + common,
                         log)
            one = json.load(open(at(made + ".train.json")))
            coverage = "%.1f" % (100 * one["coverage"])
            rate = "%.1fM" % (60e-6 * one["tokens_per_second"]) if "tokens_per_second" in one else ""
        scores, devs, models, seconds, peak = [], [], [], 0.0, 0.0
        for seed in seeds:
            same = {"+capitals": "+vectors", "+three": "+self"}.get(name, name)
            if same in rounds:
                one = train_round(rounds.index(same), files, vectors, seed)
            else:
                texts = ["--train", files["train"]] + (["--train", train] if name == "+english" else [])
                one = train_and_score(name + "." + seed, files, texts, vectors, seed)
            scores.append(one["score_capitals" if name in ["dictionary", "+capitals"] + rounds[1:] else "score"])
            models.append(one["model"])
            devs.append(one["dev_f1"])
            seconds, peak = seconds + one["seconds"], max(peak, one["mb"])
        if name == "+three":
            scores = [score(models, at(name + ".tagged"), ["--capitals"])]
        f1 = [x["f1"] for x in scores]
        row = [name, coverage, rate, "%.2f" % statistics.mean(devs) if devs else "", "%.2f" % statistics.mean(f1),
               "%.2f" % statistics.stdev(f1) if len(f1) > 1 else "",
               "%.2f" % statistics.mean(x["precision"] for x in scores),
               "%.2f" % statistics.mean(x["recall"] for x in scores), "%.0f" % (seconds / len(seeds)), "%.0f" % peak]
        options = " ".join(args or []).replace(a.data, "DIR").replace(tmp, "KEEP")
        rows.append(row + [" ".join("%.2f" % x for x in f1), options])
        print("| " + " | ".join(row) + " |", flush=True)
    with open(a.out, "w", encoding="utf-8") as f:
        f.write("# %s; %s; seeds %s; %s epochs at most; %s\n" % (version, benchlib.machine(), a.seeds, a.epochs,
                                                                 " ".join(settings)))
        f.write("\t".join(head + ["each seed", "options"]) + "\n")
        f.writelines("\t".join(r) + "\n" for r in rows)
    if not a.keep:
        shutil.rmtree(tmp)


main()
