#!/bin/bash
# isogloss align: fit, eval, dict, apply, lookup on planted languages, and their errors.
. "$(dirname "$0")/lib.sh"
# Two languages of 300 words: the second has the first's coordinates turned round and some signs changed.
awk 'BEGIN {
    srand(4)
    print "300 8" >"s.vec"
    print "300 8" >"t.vec"
    for (i = 0; i < 300; i++) {
        s = "s" i; t = "t" i
        for (j = 0; j < 8; j++) x[j] = rand() + rand() + rand() - 1.5
        for (j = 0; j < 8; j++) { s = s " " x[j]; t = t " " (j % 3 ? x[7 - j] : -x[7 - j]) }
        print s >"s.vec"
        print t >"t.vec"
        if (i < 100) print "s" i " t" i >"train.txt"
        else print "S" i "\tt" i >"test.txt"
    }
    print "s5\tnone" >"test.txt"
}'
run 0 align fit --src s.vec --tgt t.vec --seed-dict train.txt -o m.map --json
holds stdout '"method"'
holds stdout '"why"'
run 2 align fit --src s.vec --tgt t.vec --seed-dict train.txt -o m.map
holds stderr "--force"
for method in procrustes advanced rcsls procb; do
    run 0 align fit --src s.vec --tgt t.vec --seed-dict train.txt --method $method -o $method.map
    run 0 align eval --map $method.map --src s.vec --tgt t.vec --dict test.txt --json
    holds stdout '"covered": 200'
    holds stdout '"queries": 201'
    python3 -c 'import json,sys; r=json.load(open("stdout")); sys.exit(not (r["p_at"]["1"] > 99 and r["p_at_all"]["1"] < r["p_at"]["1"] and r["mrr"] > .99))' ||
        fail "$method: $(cat stdout)"
done
for retrieval in nn isf; do
    run 0 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --retrieval $retrieval --topk 1,3
    holds stdout "P@3"
done
holds stdout "not spelt alike"
holds stdout "rank 1-1000"
holds stdout "where the others are copied"
printf 'source\ttarget\tscore\ns1\tt1\t10\ns1\tt2\t3\ns2\tt2\t9\ns9\tnone\t1\n' >sim.tsv
run 0 align eval --map m.map --src s.vec --tgt t.vec --similarity sim.tsv --json
holds stdout '"covered": 3'
holds stdout '"spearman"'
run 2 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --similarity sim.tsv
run 2 align eval --map m.map --src s.vec --tgt t.vec
# Pictures
run 0 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --plot precision.svg
run 0 align plot --map m.map --src s.vec --tgt t.vec -o space.svg s1 s2 s30 nothing
holds stderr 'no vector for "nothing"'
holds space.svg ">t30<"
run 0 align plot --map m.map --src s.vec --tgt t.vec -o space1.svg --threads 1
for picture in precision space space1; do
    is_xml $picture.svg
done
run 3 align plot --map m.map --src s.vec --tgt t.vec -o none.svg nothing
# Probabilities of the map's own held-out words, and a floor
run 0 align dict --map m.map --src s.vec --tgt t.vec -k 2 --probability -o probable.tsv
awk -F'\t' 'NF != 5 || $5 < 0 || $5 > 1 { exit 1 }' probable.tsv || fail "no probability in the fifth column"
run 0 align dict --map m.map --src s.vec --tgt t.vec -k 2 --min-probability 0.5 -o floor.tsv
awk -F'\t' '$5 >= 0.5 && n[$1]++ < 2 { print $1, $4 }' probable.tsv >want
awk -F'\t' '{ print $1, $4 }' floor.tsv | cmp -s - want || fail "--min-probability 0.5 keeps others"
[ -s want ] && [ "$(wc -l <want)" -lt "$(wc -l <probable.tsv)" ] || fail "a floor that drops all or nothing"
run 0 align dict --map m.map --src s.vec --tgt t.vec -k 2 --min-probability 0.5 --format stardict -o floor
run 2 align dict --map m.map --src s.vec --tgt t.vec --no-rerank --probability -o no.tsv
holds stderr "calibrate FILE"
# Health: a true map is good, one of shuffled pairs is not.
run 0 align health --map m.map --src s.vec --tgt t.vec --json
holds stdout '"degenerate": false'
awk '{ print $1, "t" (NR * 37) % 300 }' train.txt >wrong.txt
run 0 align fit --src s.vec --tgt t.vec --seed-dict wrong.txt --method procrustes --refine 0 -o wrong.map
run 1 align health --map wrong.map --src s.vec --tgt t.vec
holds stdout "degenerate"
holds stderr "seed dictionary"
awk 'BEGIN { for (i = 0; i < 300; i++) print "s" i, "t" (i * 77 + 5) % 300 }' >nonsense.txt
run 1 align fit --src s.vec --tgt t.vec --seed-dict nonsense.txt -o nonsense.map
holds stderr "check that the seed dictionary holds translations"
run 0 align fit --src s.vec --tgt t.vec --seed-dict train.txt --method procrustes --contrast on -o contrast.map
run 0 align eval --map contrast.map --src s.vec --tgt t.vec --dict test.txt --json
python3 -c 'import json,sys; r=json.load(open("stdout")); sys.exit(not r["p_at"]["1"] > 99)' || fail "contrast: $(cat stdout)"
run 0 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --index "HNSW16;efSearch=64"
holds stderr "of the exact 10 best"
run 0 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --index Flat
lacks stderr "of the exact 10 best"
# A saved index: the same answers, and refused where it is not the one for these files.
for index in Flat "IVF4,Flat"; do
    for threads in 1 2; do
        run 0 align index --map m.map --src s.vec --tgt t.vec --index "$index" --threads $threads --force -o t$threads.index
        holds stdout "$index over 300 words, by CSLS"
    done
    cmp -s t1.index t2.index || fail "one and two threads give different indexes: $index"
    run 0 align dict --map m.map --src s.vec --tgt t.vec --mutual -k 3 -o plain.tsv --force
    run 0 align dict --map m.map --src s.vec --tgt t.vec --mutual -k 3 --index "t1.index$([ "$index" = Flat ] || echo ";nprobe=4")" \
        -o saved.tsv --force
    cmp -s plain.tsv saved.tsv || fail "$index: another dictionary by the saved index"
    run 0 align lookup --map m.map --src s.vec --tgt t.vec --index t1.index -k 1 s7
    holds stdout "s7	1	t7	"
done
run 0 align index --map m.map --tgt t.vec -o cosine.index
holds stdout "by cosine"
run 0 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --index cosine.index
holds stderr "index cosine.index finds 100.00 % of the exact 10 best"
run 0 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --index t1.index --retrieval nn
run 2 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --index t1.index --retrieval isf
holds stderr "the saved index is for csls"
run 3 align eval --map procrustes.map --src s.vec --tgt t.vec --dict test.txt --index t1.index
holds stderr "the index was made from another map"
run 3 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --index t1.index --max-vocab 200
holds stderr "--max-vocab"
sed 's/0\.1/0.2/' t.vec >other.vec
run 3 align eval --map m.map --src s.vec --tgt other.vec --dict test.txt --index t1.index
holds stderr "other vectors than those of --tgt"
head -c 2000 t1.index >cut.index
run 3 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --index cut.index
holds stderr "cut short"
{ head -c 99 t1.index && printf X && tail -c +101 t1.index; } >bad.index
run 3 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --index bad.index
holds stderr "a damaged index"
run 2 align index --map m.map --tgt t.vec -o x.index.gz
holds stderr "cannot be compressed"
run 2 align index --map m.map --tgt t.vec --index PQ4 -o x.index -q
one_line stderr
[ -e x.index ] && fail "a refused factory string leaves an index"
# The two languages the wrong way round: said where it can be told, refused where it cannot be meant.
awk '{ print $1 " " $2; print "u" NR " w" NR }' train.txt >half.txt
run 3 align fit --src t.vec --tgt s.vec --seed-dict train.txt -o swapped.map
holds stderr "the target word comes first in 100 pairs"
awk 'NR < 4 { print $2 " " $1 } { print }' half.txt >mixed.txt
run 3 align fit --src t.vec --tgt s.vec --seed-dict mixed.txt --method procrustes --refine 0 -o swapped.map
holds stderr "first in 100 pairs, the source word in 2"
holds stderr "turn it round with --swap-seed"
run 0 align fit --src t.vec --tgt s.vec --seed-dict train.txt --swap-seed -o swapped.map
run 3 align eval --map swapped.map --src t.vec --tgt s.vec --dict test.txt
holds stderr "turn it round with --swap-dict"
run 0 align eval --map swapped.map --src t.vec --tgt s.vec --dict test.txt --swap-dict --json
python3 -c 'import json,sys; r=json.load(open("stdout")); sys.exit(not r["p_at"]["1"] > 99)' || fail "turned: $(cat stdout)"
run 3 align dict --map swapped.map --src t.vec --tgt s.vec --calibrate test.txt -o x.tsv
holds stderr "turn it round with --swap-dict"
run 3 align fit --src s.vec --tgt t.vec --seed-dict train.txt --swap-seed -o swapped.map --force
holds stderr "leave out --swap-seed"
run 2 align fit --src s.vec --tgt t.vec --seed-from unsupervised --swap-seed -o swapped.map --force
run 3 align hub --pivot t=t.vec --seed-dict s=train.txt s=s.vec -o swapped.hub
holds stderr "turn it round with --swap-seed"
run 0 align hub --pivot t=t.vec --seed-dict s=train.txt --swap-seed s=s.vec -o swapped.hub
run 2 align eval --map m.map --src t.vec --tgt s.vec --dict test.txt
holds stderr "--src t.vec is the target side of m.map"
run 2 align eval --map m.map --src s.vec --tgt s.vec --dict test.txt
holds stderr "--tgt s.vec is the source side of m.map"
# The same bytes from one thread and from two.
run 0 align dict --map m.map --src s.vec --tgt t.vec -k 3 --threads 1 -o d1.tsv
run 0 align dict --map m.map --src s.vec --tgt t.vec -k 3 --threads 2 -o d2.tsv
cmp -s d1.tsv d2.tsv || fail "one and two threads give different dictionaries"
run 0 align dict --map m.map --src s.vec --tgt t.vec -k 3 --memory 1K -o d3.tsv
cmp -s d1.tsv d3.tsv || fail "a limit on memory gives another dictionary"
run 2 align dict --map m.map --src s.vec --tgt t.vec --memory much -o d4.tsv
holds stderr 'expected a size such as 500M or 4G'
run 0 align fit --src s.vec --tgt t.vec --seed-dict train.txt -o m1.map --threads 1
run 0 align fit --src s.vec --tgt t.vec --seed-dict train.txt -o m2.map --threads 2
cmp -s m1.map m2.map || fail "one and two threads give different maps"
[ "$(wc -l <d1.tsv)" = 900 ] || fail "dictionary of $(wc -l <d1.tsv) lines"
head -1 d1.tsv | grep -q "^s0	1	t0	" || fail "first line $(head -1 d1.tsv)"
run 0 align dict --map m.map --src s.vec --tgt t.vec -k 1 --words 2 --format muse -o -
[ "$(cat stdout)" = "s0 t0
s1 t1" ] || fail "muse format: $(cat stdout)"
run 0 align dict --map m.map --src s.vec --tgt t.vec -k 2 --words 2 --format jsonl -o -
python3 -c 'import json,sys; r=[json.loads(l) for l in open("stdout")]; sys.exit(not (len(r) == 4 and r[0]["target"] == "t0"))' || fail "jsonl"
run 0 align dict --map m.map --src s.vec --tgt t.vec -k 2 --words 2 --format jsonl --mutual --calibrate test.txt -o -
python3 -c 'import json,sys; r=[json.loads(l) for l in open("stdout")]; sys.exit(not (r[0]["mutual"] is True and r[1]["mutual"] is False and r[0]["probability"] > .9 > .1 > r[1]["probability"]))' || fail "calibrated: $(cat stdout)"
run 0 align dict --map m.map --src s.vec --tgt t.vec -k 2 --calibrate train.txt --mutual -o five.tsv
holds stderr "the map was learnt from these pairs"
[ "$(awk -F'\t' 'NF != 6' five.tsv | wc -l)" = 0 ] || fail "columns of $(head -1 five.tsv)"
run 0 align fit --src s.vec --tgt t.vec --seed-dict five.tsv --method procrustes -o again.map
head -19 train.txt >few.txt
run 3 align dict --map m.map --src s.vec --tgt t.vec --calibrate few.txt -o x.tsv
holds stderr "19 source words to calibrate on"
# Formats, there and back: words with markup, quotes and commas, from the right, with combining marks, and beyond the BMP.
python3 - <<'EOF_PYTHON'
words = ["a&b<c>", 'say "yes", no', "\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627", "n\u0303andu\u0301", "\U0001f600\u200d\u2642\ufe0f", "\u0939\u093f\u0928\u094d\u0926\u0940", "it's"]
for name in "st":
    rows = [line.split(" ", 1) for line in open(name + ".vec")][1:]
    with open(name + "odd.vec", "w", encoding="utf-8") as f:
        f.write("%d 8\n" % len(rows))
        for i, (word, rest) in enumerate(rows):
            f.write((words[i] + "/" + name if i < len(words) else word) + " " + rest)
EOF_PYTHON
run 0 align dict --map m.map --src sodd.vec --tgt todd.vec -k 2 -o odd.tsv
cut -f1,3 odd.tsv >odd.pairs
for format in csv xdxf lift tbx; do
    run 0 align dict --map m.map --src sodd.vec --tgt todd.vec -k 2 --format $format --languages en,es -o odd.$format
    run 0 convert --to tsv -o odd.$format.tsv odd.$format
    cut -f1,3 odd.$format.tsv | cmp -s - odd.pairs || fail "$format: another dictionary comes back: $(cut -f1,3 odd.$format.tsv | diff - odd.pairs | head -3)"
    run 0 convert --from dict --to $format --languages en,es -o odd.again.$format odd.$format --force
    [ $format = csv ] || cmp -s odd.$format odd.again.$format || fail "$format: not the same file after reading it"
    run 0 align fit --src sodd.vec --tgt todd.vec --seed-dict odd.$format --method procrustes -o odd.map --force
    [ $format = csv ] || python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' odd.$format ||
        fail "$format is no XML"
done
python3 - <<'EOF_PYTHON' || fail "Python's csv reads another dictionary"
import csv
rows = list(csv.reader(open("odd.csv", encoding="utf-8", newline="")))[1:]
assert rows == [line.rstrip("\n").split("\t") for line in open("odd.tsv", encoding="utf-8")]
EOF_PYTHON
head -1 odd.csv | grep -q "^source,rank,target,score" || fail "heading of CSV: $(head -1 odd.csv)"
printf 'es1,s1\n"say ""yes"", no",s2,0.5\n' >plain.csv
run 0 convert --to tsv plain.csv
holds stdout 'say "yes", no	1	s2	0.5000'
# As other programs write them: a draft-34 article with examples, a LIFT entry with a definition, a TBX of 2008.
cat >other.xdxf <<'EOF_XML'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE xdxf SYSTEM "xdxf_strict.dtd">
<xdxf lang_from="ENG" lang_to="DEU" format="logical" revision="034"><meta_info><title>x</title></meta_info><lexicon>
<ar><k>home</k><k>house</k><def><def><gr>n</gr><deftext><dtrn>Haus</dtrn> (building)</deftext><ex><ex_orig>at home</ex_orig></ex></def>
<def><deftext><dtrn>Zu
 hause</dtrn></deftext></def></def></ar>
<ar><k>dog</k><def><deftext>Hund</deftext></def></ar></lexicon></xdxf>
EOF_XML
cat >other.lift <<'EOF_XML'
<lift version="0.13"><entry id="a"><lexical-unit><form lang="qaa"><text>nyumba</text></form></lexical-unit>
<sense><gloss lang="en"><text>house</text></gloss><definition><form lang="en"><text>a place to live</text></form></definition>
<example><form lang="qaa"><text>no pair</text></form></example></sense></entry>
<entry id="b"><lexical-unit><form lang="qaa"><text>mbwa</text></form></lexical-unit>
<sense><definition><form lang="en"><text>dog</text></form></definition></sense></entry></lift>
EOF_XML
cat >other.tbx <<'EOF_XML'
<?xml version='1.0'?><!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">
<martif type="TBX" xml:lang="en"><text><body><termEntry id="1"><langSet xml:lang="en"><ntig><termGrp><term>fuse</term></termGrp></ntig></langSet>
<langSet xml:lang="de"><tig><term>Sicherung</term></tig><tig><term>Schmelzsicherung</term></tig></langSet></termEntry></body></text></martif>
EOF_XML
run 0 convert --to muse other.xdxf
[ "$(cat stdout)" = "home Haus
home	Zu hause
house Haus
house	Zu hause
dog Hund" ] || fail "XDXF: $(cat stdout)"
run 0 convert --to muse other.lift
[ "$(cat stdout)" = "nyumba house
mbwa dog" ] || fail "LIFT: $(cat stdout)"
run 0 convert --to muse other.tbx
[ "$(cat stdout)" = "fuse Sicherung
fuse Schmelzsicherung" ] || fail "TBX: $(cat stdout)"
head -c 300 odd.lift >cut.lift
run 3 convert --to tsv cut.lift
holds stderr "cut.lift:"
run 2 align dict --map m.map --src s.vec --tgt t.vec --format tbx --languages en -o x.tbx
run 0 align dict --map m.map --src s.vec --tgt t.vec -k 2 --format stardict -o star
head -1 star.ifo | grep -q "StarDict's dict ifo file" || fail "star.ifo"
if command -v sdcv >/dev/null; then
    for word in s0 s7 s299; do
        sdcv -n -2 . "$word" >stdout 2>&1
        holds stdout "${word/s/t}  ("
    done
else
    echo "skipped: StarDict read by sdcv, which is not installed"
fi
run 0 align apply --map m.map --src s.vec -o mapped.vec
[ "$(head -1 mapped.vec)" = "300 8" ] || fail "mapped: $(head -1 mapped.vec)"
run 0 align apply --map m.map --src s.vec -o mapped.bin
run 0 align apply --map m.map --src s.vec -o limited.vec --memory 1K
cmp -s mapped.vec limited.vec || fail "a limit on memory gives other vectors"
run 0 align fit --src s.vec --tgt t.vec --seed-dict train.txt -o m4.map --threads 1 --memory 1K
cmp -s m1.map m4.map || fail "a limit on memory gives another map"
run 2 align fit --src s.vec --tgt t.vec --seed-dict train.txt -o m5.map --memory much
TMPDIR=/nowhere run 1 align fit --src s.vec --tgt t.vec --seed-dict train.txt -o m5.map --memory 1K
holds stderr "/nowhere"
# A hub of three languages, the third the first's coordinates turned round: a map between any two, pivot or not.
awk 'NR == 1 { print; next } { s = "u" NR - 2; for (i = 9; i > 1; i--) s = s " " (i % 2 ? $i : -$i); print s }' s.vec >u.vec
awk 'BEGIN { for (i = 0; i < 60; i++) print "s" i + 20 "\tu" i + 20 }' >su.txt
awk 'BEGIN { for (i = 100; i < 300; i++) print "t" i "\tu" i }' >tu.test.txt
for threads in 1 2; do
    run 0 align hub --pivot s=s.vec --seed-dict t=train.txt --seed-dict u=su.txt t=t.vec u=u.vec -o hub$threads --threads $threads
    holds stdout "3 languages, 6 maps"
    run 0 align eval --map hub$threads/t-u.map --src t.vec --tgt u.vec --dict tu.test.txt --json
    python3 -c 'import json,sys; r=json.load(open("stdout")); sys.exit(not r["p_at"]["1"] > 99)' || fail "hub: $(cat stdout)"
done
cmp -s hub1/t-u.map hub2/t-u.map || fail "one and two threads give different hubs"
run 0 align hub --pivot s=s.vec --seed-dict t=train.txt --seed-dict u=su.txt t=t.vec u=u.vec -o hub3 --refine 1
run 0 align dict --map hub3/u-t.map --src u.vec --tgt t.vec -k 1 --words 1 --format muse -o -
[ "$(cat stdout)" = "u0 t0" ] || fail "a dictionary of two languages of a hub: $(cat stdout)"
run 2 align hub --pivot s=s.vec --seed-dict t=train.txt --seed-dict u=su.txt t=t.vec u=u.vec -o hub3
holds stderr "--force"
run 2 align hub --pivot s=s.vec --seed-dict t=train.txt t=t.vec u=u.vec -o hub4
holds stderr "no seed for u"
run 2 align hub --pivot s.vec --seed-dict t=train.txt t=t.vec -o hub4
holds stderr "a language and its file"
run 2 align hub --pivot s=s.vec --seed-dict x=train.txt t=t.vec -o hub4
run 2 align hub --pivot s=s.vec --seed-dict t=train.txt t=t.vec
run 3 align hub --pivot s=s.vec --seed-from numerals t=t.vec -o hub4
holds stderr "no pair of s and t"
# What NumPy makes of our safetensors: the map times the vectors, after their preprocessing, are the mapped vectors.
run 0 align fit --src s.vec --tgt t.vec --seed-dict train.txt --method procrustes --norm unit -o plain.map
run 0 align apply --map plain.map --src s.vec -o plain.vec
cat >read.py <<'EOF_PYTHON'
import json, struct
import numpy as np
with open("plain.map", "rb") as f:
    n, = struct.unpack("<Q", f.read(8))
    header = json.loads(f.read(n))
    data = f.read()
at = header["source.map"]
assert at["dtype"] == "F32"
start, end = at["data_offsets"]
w = np.frombuffer(data[start:end], "<f4").reshape(at["shape"])
x = np.loadtxt("s.vec", skiprows=1, usecols=range(1, 9))
y = np.loadtxt("plain.vec", skiprows=1, usecols=range(1, 9))
x = x / np.linalg.norm(x, axis=1, keepdims=True) @ w
assert np.abs(x / np.linalg.norm(x, axis=1, keepdims=True) - y).max() < 1e-5
EOF_PYTHON
numpy=
for python in python3 /usr/bin/python3; do
    [ -n "$numpy" ] || { "$python" -c 'import numpy' 2>/dev/null && numpy=$python; }
done
if [ -n "$numpy" ]; then
    "$numpy" read.py || fail "NumPy reads another map"
else
    echo "skipped: a map read by NumPy, which is not installed"
fi
run 0 align lookup --map m.map --src s.vec --tgt t.vec s7 nothing S8
holds stdout "s7	1	t7"
holds stdout "S8	1	t8"
holds stderr 'no vector for "nothing"'
printf 's9\n' | "$isogloss" align lookup --map m.map --src s.vec --tgt t.vec -k 1 | grep -q "^s9	1	t9	" || fail "lookup from standard input"
run 0 align lookup --map m.map --src s.vec --tgt t.vec -k 9 "s7 S7" "s3 nothing"
holds stdout "s7 S7	1	t7"
holds stdout "s3 nothing	1	t3"
run 3 align lookup --map m.map --src s.vec --tgt t.vec --subwords s.vec s1
# A fastText model of the same words, in which the n-gram "<zz" has the vector of s7, and no other has any.
python3 - <<'EOF_PYTHON'
import struct
rows = [line.split() for line in open("s.vec")][1:]
bucket, n = 1000, len(rows)
h = 2166136261
for b in b"<zz":
    h = (h ^ b) * 16777619 % 2**32
buckets = [[0.0] * 8 for _ in range(bucket)]
buckets[h % bucket] = [float(x) for x in rows[7][1:]]
with open("s.bin", "wb") as f:
    f.write(struct.pack("<2i12id", 793712314, 12, 8, 5, 5, 1, 5, 1, 2, 2, bucket, 3, 3, 100, 1e-4))
    f.write(struct.pack("<3i2q", n, n, 0, 99, -1))
    for row in rows:
        f.write(row[0].encode() + b"\0" + struct.pack("<qb", 5, 0))
    f.write(struct.pack("<b2q", 0, n + bucket, 8))
    for row in [[float(x) for x in row[1:]] for row in rows] + buckets:
        f.write(struct.pack("<8f", *row))
EOF_PYTHON
run 0 align lookup --map m.map --src s.vec --tgt t.vec --subwords s.bin -k 1 zzyx "zzyx zzyx" qqqq
holds stdout "zzyx	1	t7"
holds stdout "zzyx zzyx	1	t7"
holds stderr 'no vector for "qqqq"'
printf 'zzyx O\ns5 O\nqqqq O\n' >words.conll
run 0 translate --map m.map --src s.vec --tgt t.vec --subwords s.bin words.conll
holds stdout "t7 O"
holds stdout "t5 O"
holds stdout "qqqq O"
holds stderr "got one from character n-grams: 1"
run 0 translate --map m.map --src s.vec --tgt t.vec --index "HNSW16;efSearch=64" words.conll
holds stdout "zzyx O"
holds stderr "of the exact 10 best"
run 0 align lookup --map m.map --src s.bin --tgt t.vec --subwords s.bin -k 1 s5
holds stdout "s5	1	t5"
# Errors
printf 'x y\n' >other.txt
run 3 align fit --src s.vec --tgt t.vec --seed-dict other.txt -o x.map
holds stderr "none of 1 pairs"
run 3 align fit --src s.vec --tgt t.vec --seed-from identical -o x.map
holds stderr "share no identical words"
run 2 align fit --src s.vec --tgt t.vec -o x.map
holds stderr "no seed"
run 2 align fit --src s.vec --tgt t.vec --seed-dict train.txt --norm unit,round -o x.map
holds stderr "unit,round"
run 3 align eval --map m.map --src s.vec --tgt t.vec --dict other.txt
holds stderr "not evaluated"
run 2 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --topk 0
run 2 align eval --map m.map --src s.vec --tgt t.vec --dict test.txt --index Nonsense
holds stderr "Nonsense"
cut -d' ' -f1-6 t.vec | sed 1d >narrow.vec
run 3 align fit --src s.vec --tgt narrow.vec --seed-dict train.txt -o x.map
holds stderr "dimensions"
run 3 align eval --map s.vec --src s.vec --tgt t.vec --dict test.txt
one_line stderr
[ -e x.map ] && fail "a failed fit leaves a map"
finish
