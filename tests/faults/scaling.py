#!/usr/bin/env python3
"""Every reader is linear: twice the input takes at most 2.3 times the instructions.

    scaling.py PROGRAM [NAME...]

Instructions are counted by valgrind, so that a busy machine changes nothing; without valgrind the exit status is 77
(skipped). Each reader gets an input of the shape that is hardest for it: one long line, falling keys and offsets."""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

MOST = 2.3
SKIPPED = 77
OLD = pathlib.Path(__file__).resolve().parents[1] / "old/0.1"


def numbers(n, dim, k):
    return " ".join(f"{(n * 7 + d * k) % 97 / 97:.4f}" for d in range(dim))


def columns(n):
    return "".join(f"word{i % 997} {'B-PER' if i % 5 == 0 else 'O'}\n" + "\n" * (i % 20 == 19) for i in range(n))


def one_sentence(n):
    return "".join(f"word{i % 997} O\n" for i in range(n)) + "\n"


def text_line(n):
    return " ".join(f"Wörd{i % 997}," for i in range(n)) + "\n"


def dotted_line(n):
    """What may be the start of an address or a number at each place, and is none."""
    return "a." * n + " " + "1." * n + "1a\n"


def json_lines(n):
    return '{"text": "Ann lives in Rome.", "entities": [[0, 3, "PER"], [13, 17, "LOC"]]}\n' * n


def json_line(n):
    return json.dumps({"text": "Añn in Rome " * n, "entities": [[12 * i, 12 * i + 3, "PER"] for i in range(n)]}) + "\n"


def vectors(n):
    return f"{n} 10\n" + "".join(f"w{i} {numbers(i, 10, 3)}\n" for i in range(n))


def word2vec(n):
    return f"{n} 10\n".encode() + b"".join(f"w{i} ".encode() + struct.pack("<10f", *[i % 7] * 10) + b"\n" for i in range(n))


def fasttext(n, prune):
    head = struct.pack("<ii", 793712314, 12) + struct.pack("<12id", 4, 5, 1, 5, 5, 1, 2, 2, 2 * n, 3, 6, 100, 1e-4)
    words = struct.pack("<iiiqq", n, n, 0, n, n if prune else -1)
    words += b"".join(f"w{i}".encode() + b"\0" + struct.pack("<qb", 1, 0) for i in range(n))
    words += b"".join(struct.pack("<ii", n - 1 - i, i) for i in range(n)) if prune else b""
    rows = n + (n if prune else 2 * n)
    return head + words + struct.pack("<?qq", False, rows, 4) + bytes(16 * rows) + struct.pack("<?qq", False, n, 4) + bytes(
        16 * n)


def safetensors(n):
    """n tensors of one number, the last first in the file."""
    head = json.dumps({f"t{i}": {"dtype": "F32", "shape": [1], "data_offsets": [4 * (n - 1 - i), 4 * (n - i)]}
                       for i in range(n)}).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + bytes(4 * n)


def lexicon(n):
    return "".join(f"source{i // 3} phrase{i % 5}\ttarget{i}\n" for i in range(n))


def pivot(n):
    """All words of the source lead through one word of the pivot language, or many to the same target words."""
    return {"in": "".join(f"source\tpivot{i}\t1\n" for i in range(n)),
            "in.second": "".join(f"pivot{i}\ttarget{i}\t1\n" for i in range(n))}


def long_phrases(n):
    return " ".join(f"w{i}" for i in range(n)) + "\t" + " ".join(f"v{i}" for i in range(n)) + "\n"


def names(n):
    return "".join(f"name{i // 2} of place{i % 7}\tLOC\n" for i in range(n))


def cases(n):
    return "".join(f"word{i}\t{i % 9}\t1\t0\n" for i in range(n))


def trace(n):
    line = {"sentence": 1, "sample": 0, "source": ["a", "b"], "target": ["c", "d"], "tags": ["O", "O"], "gold": ["O", "O"],
            "units": [{"source": [0, 2], "target": [0, 2], "method": "lexicon", "rank": 1, "score": 0, "logp": 0}]}
    return (json.dumps(line) + "\n") * n


def scored(n):
    return "".join(f"word{i % 997} {'B-PER' if i % 5 == 0 else 'O'} O\n" + "\n" * (i % 20 == 19) for i in range(n))


def one_value(n):
    """One word with n numbers."""
    return f"1 {n}\nword " + numbers(1, n, 3) + "\n"


def fasttext_quantised_words(n):
    """Words that all share their hash's low bits: n words of one letter's repetitions."""
    head = struct.pack("<ii", 793712314, 12) + struct.pack("<12id", 4, 5, 1, 5, 5, 1, 2, 2, 1, 3, 6, 100, 1e-4)
    words = struct.pack("<iiiqq", n, n, 0, n, -1)
    words += b"".join(b"x" * (i % 40 + 1) + f"{i}".encode() + b"\0" + struct.pack("<qb", 1, 0) for i in range(n))
    rows = n + 1
    return head + words + struct.pack("<?qq", False, rows, 4) + bytes(16 * rows) + struct.pack("<?qq", False, n, 4) + bytes(
        16 * n)


def dictd(n):
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    def number(v):
        text = ""
        while True:
            text = digits[v % 64] + text
            v //= 64
            if not v:
                return text

    index, text = "", ""
    for i in range(n):
        entry = f"word{i}\n  target{i}; other{i}\n"
        index += f"word{i}\t{number(len(text))}\t{number(len(entry))}\n"
        text += entry
    return {"in": index, "in.dict": text}


def arpa(n):
    unigrams = "".join(f"-2.5\tw{i}\t-0.3\n" for i in range(n))
    bigrams = "".join(f"-1.5\tw{i} w{i * 7 % n}\n" for i in range(n))
    return (f"\\data\\\nngram 1={n + 3}\nngram 2={n}\n\n\\1-grams:\n-1\t<s>\t-0.3\n-1\t</s>\n-3\t<unk>\n{unigrams}\n"
            f"\\2-grams:\n{bigrams}\n\\end\\\n")


def toml(n):
    return ("[vars]\n" + "".join(f'v{i} = "value {i}"\n' for i in range(n)) + '[[stage]]\nrun = "check"\nin = ["in.conll", '
            + ", ".join('"in.conll"' for _ in range(n)) + "]\n")


# name: (input of size n, n, command line; IN is the input)
READERS = {
    "columns": (columns, 20000, "check IN --as labelled"),
    "columns, one sentence": (one_sentence, 10000, "convert --from conll --to jsonl -o out.jsonl IN"),
    "text, one line": (text_line, 1000, f"ner tag --model {OLD}/tagger.model --format text -o out.txt IN"),
    "JSON lines": (json_lines, 2000, "convert --from jsonl --to conll -o out.conll IN"),
    "JSON, one line": (json_line, 1500, "convert --from jsonl --to conll -o out.conll IN"),
    "JSON lines tagged": (json_lines, 100, f"ner tag --model {OLD}/tagger.model --format jsonl -o out.jsonl IN"),
    "plain text, dotted": (dotted_line, 2000, "translate case -o out.case IN"),
    "plain text": (text_line, 8000, "translate lm train --order 2 -o out.lm IN"),
    "vectors, text": (vectors, 10000, "check --as vectors IN"),
    "vectors, word2vec": (word2vec, 20000, "check --as vectors IN"),
    "vectors, fastText": (lambda n: fasttext(n, False), 10000, "check --as vectors IN"),
    "vectors, fastText pruned": (lambda n: fasttext(n, True), 10000, "check --as vectors IN"),
    "safetensors": (safetensors, 2000, "info IN"),
    "lexicon": (lexicon, 20000, "translate --lexicon IN -o out.conll in.conll"),
    "lexicon, pivot": (pivot, 8000, "translate --lexicon IN --pivot in.second -o out.conll in.conll"),
    "lexicon, prominence": (long_phrases, 4000, "translate --lexicon IN --prominence -o out.conll in.conll"),
    "names": (names, 8000, "translate --lexicon pairs --gazetteer IN --policy LOC=gazetteer -o out.conll in.conll"),
    "case table": (cases, 20000, "translate --lexicon pairs --case-table IN -o out.conll in.conll"),
    "trace": (trace, 1500, "translate view -o out.html IN"),
    "scores": (scored, 20000, "ner eval IN"),
    "vectors, one word": (one_value, 40000, "check --as vectors IN"),
    "vectors, fastText long words": (fasttext_quantised_words, 10000, "check --as vectors IN"),
    "lexicon, dictd": (dictd, 5000, "translate --lexicon IN.index -o out.conll in.conll"),
    "ARPA": (arpa, 8000, "translate lm convert -o out.lm IN"),
    "TOML": (toml, 300, "run --dry-run IN.toml"),
}


def count(program, name, n):
    make, _, line = READERS[name]
    with tempfile.TemporaryDirectory(prefix="isogloss-scaling-") as folder:
        folder = pathlib.Path(folder)
        (folder / "in.conll").write_text("a B-PER\nb O\n\n")
        (folder / "pairs").write_text("a\tc\nb\td\n")
        made = make(n)
        for file, data in (made if isinstance(made, dict) else {"in": made}).items():
            (folder / file).write_bytes(data if isinstance(data, bytes) else data.encode())
        for end in (".index", ".toml"):
            if "IN" + end in line:
                (folder / "in").rename(folder / ("in" + end))
        argv = [w.replace("IN", "in", 1) if w.startswith("IN") else w for w in line.split()]
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, *argv, "-q",
                               "--threads", "1"], cwd=folder, capture_output=True, text=True,
                              env=dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1"))
        collected = re.findall(r"Collected : (\d+)", done.stderr)
        if done.returncode != 0 or not collected:
            said = [x for x in done.stderr.splitlines() if not x.startswith("==")]
            raise SystemExit(f"{name}, {n}: exit {done.returncode}: {' '.join(said)[:300]}")
        return int(collected[-1])


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    chosen = sys.argv[2:] or list(READERS)
    if not shutil.which("valgrind"):
        print("SKIPPED: no valgrind to count instructions with")
        return SKIPPED
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        tries = {name: [pool.submit(count, program, name, n) for n in (READERS[name][1], 2 * READERS[name][1])]
                 for name in chosen}
        for name, (once, twice) in tries.items():
            ratio = twice.result() / once.result()
            bad += ratio > MOST
            print(f"{'BAD ' if ratio > MOST else ''}{name}: {once.result() / 1e6:.0f} M, {twice.result() / 1e6:.0f} M "
                  f"instructions, ratio {ratio:.2f}", flush=True)
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
