#!/bin/bash
# isogloss check: every kind of finding, with its line; errors give 3, warnings 0.
. "$(dirname "$0")/lib.sh"
printf 'Ana B-PER\nlives O\n\nAna B-PER\nlives O\n\nUN I-ORG\nmet O\n\nRome B-LOC\n\n' >train.conll
for _ in $(seq 8); do printf 'Oslo B-LOC\nRome B-LOC\nand O\n\n'; done >>train.conll
printf 'Ana B-PER\nlives O\n\nUN B-ORG\nmet O\n\nX B-CAR\n\n' >dev.conll
run 0 check train.conll dev.conll
holds stdout "train.conll:4: warning: same sentence as at train.conll:1 [duplicate-sentence]"
holds stdout "train.conll:7: warning: I-ORG after the sentence start in BIO [illegal-transition]"
holds stdout "train.conll: warning: type PER: only 2 entities [rare-type]"
holds stdout "train.conll: 3 more [duplicate-sentence]"
holds stdout "dev.conll:1: warning: same sentence as at train.conll:1 [overlap]"
holds stdout "dev.conll:4: warning: the sentence at train.conll:7 with other labels [labels-differ]"
holds stdout "dev.conll: warning: type CAR is not in the first file [unseen-type]"
holds stdout 'scheme "BIO"'
run 0 check --show 0 train.conll
lacks stdout "more ["
[ "$(grep -c 'duplicate-sentence' stdout)" = 8 ] || fail "not all are listed: $(cat stdout)"
run 0 check train.conll dev.conll --json
holds stdout '"errors": 0'
holds stdout '"kind": "overlap"'
holds stdout '"duplicate-sentence": 8'
printf 'A B-PER\nB E-PER\nC S-LOC\nD E-LOC\n\nE B-ORG\n\n' >bioes.conll
run 0 check bioes.conll
holds stdout "bioes.conll:4: warning: E-LOC after S-LOC in BIOES [illegal-transition]"
holds stdout "bioes.conll:6: warning: B-ORG at the end of a sentence in BIOES [illegal-transition]"
[ "$(grep -c illegal stdout)" = 2 ] || fail "legal transitions are found: $(cat stdout)"
printf 'A I-PER\nB B-PER\nC O\nD B-LOC\n\nE I-LOC\n\nF I-LOC\n\nG I-LOC\n\nH I-LOC\n\nI I-LOC\n\nJ I-LOC\n\nK I-LOC\n' >iob1.conll
run 0 check iob1.conll
holds stdout "iob1.conll:4: warning: B-LOC after O in IOB1 [illegal-transition]"
[ "$(grep -c illegal stdout)" = 1 ] || fail "legal transitions are found: $(cat stdout)"
printf 'A B-PER\nB ?\nC I-PER\nD O\n\nE B-PER\nF I-PER\n' >open.conll
run 0 check open.conll
holds stdout "open.conll:2: warning: the tag ? (unknown) is for training text only [open-tag]"
holds stdout 'scheme "BIO"'
lacks stdout illegal
printf 'a O\nb PER\nc\xc2\xa0d O\n' >bad.conll
run 3 check bad.conll
holds stdout 'bad.conll:2: error: malformed tag "PER"; expected O, B-TYPE'
holds stdout "bad.conll:3: warning: the word \"c"
holds stdout "contains whitespace (U+00A0) [blank-in-word]"
holds stdout "[no-entity]"
one_line stderr
run 3 check bad.conll --json
holds stdout '"level": "error"'
printf 'a O\nb\xff O\n' >utf8.conll
run 3 check utf8.conll train.conll
holds stdout "utf8.conll:2: error: invalid UTF-8 (byte 0xff)"
holds stdout "1 error, "
holds stdout 'train.conll: kind "labelled"'
holds stderr "1 error in the data"
run 3 check utf8.conll --json
python3 -c 'import json; d = json.load(open("stdout")); assert d["errors"] == 1 and d["findings"][0]["line"] == 2, d' || fail "no JSON object: $(cat stdout)"
# a pipe is read once
"$isogloss" check /dev/stdin <train.conll >stdout || fail "a pipe"
cat train.conll | "$isogloss" check - >stdout || fail "a pipe"
holds stdout "-:7: warning: I-ORG after the sentence start in BIO [illegal-transition]"
printf 'Ann _ O I-PER\nLast Name _ O I-PER\nleft O\n\n' >vary.conll
run 0 check vary.conll
holds stdout "vary.conll:2: warning: 5 columns where the first token line has 4 [columns-vary]"
holds stdout "vary.conll:3: warning: 2 columns where"
printf 'caf\xc3\xa9 O\ncafe\xcc\x81 O\n\xc6\x99a O\n' >mixed.conll
run 0 check mixed.conll
holds stdout "mixed.conll:2: warning: 1 word not in NFC, others (line 1) are; they are compared in NFC [mixed-forms]"
printf 'cafe\xcc\x81 O\n\xc6\x99a O\n' >nfd.conll
run 0 check nfd.conll
holds stdout "nfd.conll:1: warning: 1 word not in NFC, compared as if they were [not-nfc]"
run 1 check none.conll

printf '3 2\na 1 2\nb 0 0\na 3 4\n' >v.vec
run 0 check v.vec
holds stdout "v.vec:4: warning: 1 duplicate word [duplicate-word]"
holds stdout "v.vec: warning: 1 row of zeros [zero-row]"
printf '3 2\na 1 2\nb\xff 1 1\nc 3 4\n' >u.vec
run 3 check u.vec
holds stdout "u.vec:3: error: 1 word in invalid UTF-8 [bad-utf8]"
printf '2 2\na 1 2\nb 1\n' >d.vec
run 3 check d.vec
holds stdout "d.vec:3: error: "
run 0 check --as vectors v.vec
run 2 check

# every wrong row is listed, not only the first
printf '6 2\na 1 2\nb 1\nc 1 x2\nd nan 1\na 3 4\ne\xff 1 2\nf 5 6\n' >rows.vec
run 3 check rows.vec
holds stdout "rows.vec:3: error: 1 value where others have 2 [wrong-row]"
holds stdout 'rows.vec:4: error: "x2" where value 2 of 2 should be [wrong-value]'
holds stdout 'rows.vec:5: error: "nan" where value 1 of 2 should be [wrong-value]'
holds stdout 'rows.vec:6: warning: the word "a" is at line 2 [duplicate-word]'
holds stdout "rows.vec:7: error: a word in invalid UTF-8 [bad-utf8]"
holds stdout "rows.vec:1: error: the header says 6 rows, the file has 7 [wrong-header]"
holds stdout 'good 2'
run 3 check --fix fixed.vec rows.vec
holds stdout "rows.vec:4: fixed: left out [row]"
holds stdout "fixed.vec: 5 changes"
printf '2 2\na 1 2\nf 5 6\n' | cmp - fixed.vec || fail "fixed.vec: $(cat fixed.vec)"
run 0 check fixed.vec
run 2 check --fix fixed.vec rows.vec
run 2 check --fix both.vec rows.vec v.vec
printf 'a O\nb\xff O\nc O\n\xfe O\n' >two.conll
run 3 check two.conll
holds stdout "two.conll:2: error: invalid UTF-8"
holds stdout "two.conll:4: error: invalid UTF-8 [malformed]"
run 3 check --fix none.conll two.conll
holds stdout "none.conll: not written"
[ ! -e none.conll ] || fail "a copy of a file that cannot be read"

# a repaired copy: what has one right answer is repaired and said, the rest stays
printf '# kept\n' >broken.conll
printf 'Ann X B-PER\nLee X I-PER\nin X O\n\nRome X I-LOC\nand X O\nOslo X B_LOC\nUN X ORG-B\nx\xc2\xa0y X b-LOC\nz X I-ORG\n\ncafe\xcc\x81 X PER\nk X o\n' >>broken.conll
for _ in $(seq 20); do printf 'Oslo X B-LOC\n\n'; done >>broken.conll
run 3 check --fix mended.conll broken.conll
holds stdout "broken.conll:6: fixed: B-LOC for I-LOC in BIO [illegal-transition]"
holds stdout "broken.conll:8: fixed: B-LOC for B_LOC [broken-tag]"
holds stdout "broken.conll:9: fixed: B-ORG for ORG-B [broken-tag]"
holds stdout "broken.conll:10: fixed: B-LOC for b-LOC [broken-tag]"
holds stdout "broken.conll:11: fixed: B-ORG for I-ORG in BIO [illegal-transition]"
holds stdout 'broken.conll:14: fixed: O for o [broken-tag]'
holds stdout 'broken.conll:13: fixed: "caf'
{ printf '# kept\nAnn X B-PER\nLee X I-PER\nin X O\n\nRome X B-LOC\nand X O\nOslo X B-LOC\nUN X B-ORG\nx_y X B-LOC\nz X B-ORG\n\ncaf\xc3\xa9 X PER\nk X O\n'
  for _ in $(seq 20); do printf 'Oslo X B-LOC\n\n'; done; } | cmp - mended.conll || fail "mended.conll: $(cat mended.conll)"
run 3 check mended.conll
[ "$(grep -c 'error:' stdout)" = 1 ] || fail "more than the tag PER is left: $(cat stdout)"
run 3 check --json --fix again.conll broken.conll
python3 -c 'import json; d = json.load(open("stdout")); assert sorted(c["line"] for c in d["changes"]) == [6, 8, 9, 10, 10, 11, 13, 14], d["changes"]' || fail "changes: $(cat stdout)"
run 0 check --fix same.conll train.conll
sed 's/UN I-ORG/UN B-ORG/' train.conll | cmp - same.conll || fail "more was changed than the transition"
finish
