#!/bin/bash
# isogloss ner eval: several systems in one table, and the scores of seqeval and nervaluate by hand-counted examples.
# (conlleval's report is tested in ner.sh, random tags in schemes.py.)
. "$(dirname "$0")/lib.sh"
printf 'a B-PER\nb I-PER\nc O\nd B-LOC\n\ne B-ORG\nf I-ORG\ng O\n' >gold
# exact; an overlap of the right type; missed; spurious
printf 'a B-PER\nb I-PER\nc O\nd O\n\ne O\nf B-ORG\ng B-PER\n' >'a_b|50%.txt'
printf 'a B-LOC\nb I-LOC\nc O\nd B-LOC\n\ne B-ORG\nf I-ORG\ng O\n' >b.txt
run 0 ner eval --schemes gold 'a_b|50%.txt'
holds stdout "  default       3          3        1     33.33%  33.33%  33.33"
holds stdout "  strict          1          1        0       1         1     33.33%  33.33%  33.33"
holds stdout "  exact           1          1        0       1         1     33.33%  33.33%  33.33"
holds stdout "  partial         1          0        1       1         1     50.00%  50.00%  50.00"
holds stdout "  type            2          0        0       1         1     66.67%  66.67%  66.67"
run 0 ner eval --json gold b.txt
python3 -c 'import json
d = json.load(open("stdout"))
assert d["nervaluate"]["strict"]["correct"] == 2 and d["nervaluate"]["exact"]["correct"] == 3, d
assert d["nervaluate"]["type"]["incorrect"] == 1 and d["seqeval"]["scheme"] == "BIO", d' || fail "json: $(cat stdout)"
run 0 ner eval gold 'a_b|50%.txt' b.txt
holds stdout '| system | precision | recall | F1 | seqeval strict F1 | exact F1 | partial F1 | type F1 |'
holds stdout '| a\_b\|50%.txt | 33.33 | 33.33 | 33.33 | 33.33 | 33.33 | 50.00 | 66.67 |'
holds stdout '| b.txt | 66.67 | 66.67 | 66.67 | 66.67 | 100.00 | 100.00 | 66.67 |'
run 0 ner eval --table latex gold 'a_b|50%.txt' b.txt
holds stdout 'a\_b|50\%.txt & 33.33 &'
holds stdout '\end{tabular}'
if command -v pdflatex >/dev/null; then
    { printf '\\documentclass{article}\n\\begin{document}\n'; cat stdout; echo '\end{document}'; } >t.tex
    pdflatex -halt-on-error t.tex >latex.log || fail "LaTeX: $(cat latex.log)"
fi
run 0 ner eval --table csv gold 'a_b|50%.txt'
python3 -c 'import csv
rows = list(csv.DictReader(open("stdout")))
assert [r["system"] for r in rows] == ["a_b|50%.txt"] and rows[0]["type F1"] == "66.67", rows' || fail "csv: $(cat stdout)"
run 0 ner eval --json gold b.txt 'a_b|50%.txt'
python3 -c 'import json
d = json.load(open("stdout"))
assert [s["file"] for s in d["systems"]] == ["b.txt", "a_b|50%.txt"], d
assert d["systems"][1]["overall"]["correct"] == 1, d' || fail "json: $(cat stdout)"
run 2 ner eval --table csv --latex gold b.txt
holds stderr "a table with --latex"
printf 'a B-PER\n' >short.txt
run 3 ner eval gold b.txt short.txt
holds stderr "short.txt:1: "
printf 'a S-PER I-PER\nb B-LOC B-LOC\nc E-LOC E-LOC\n' >bioes
run 0 ner eval --schemes bioes
holds stdout "  default       2          2        2    100.00%"
holds stdout "  strict        2          1        1    100.00%  50.00%  66.67"
finish
