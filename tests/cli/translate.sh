#!/bin/bash
# isogloss translate from outside: tests/cli/translate.sh PROGRAM
set -u
program=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
n=0 bad=0
check() { # check NAME STATUS-OF-LAST
    n=$((n + 1))
    if [ "$2" = 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; bad=1; fi
}
status() { # status WANTED COMMAND...: exit status, and the message in err
    local want=$1
    shift
    "$@" >out 2>err
    [ $? = "$want" ]
}
printf 'the\tel\nthe\tla\nhouse\tcasa\nnew york\tnueva york\ngerman\talemán\n' >lex
printf -- '-DOCSTART- -X- O O\n\nThe DT O O\nHouse NN O I-ORG\nof IN O O\nPeter NN O I-PER\n\nNew NN O I-LOC\nYork NN O I-LOC\n' >in
printf 'La casa es de Pedro.\nLa casa es la casa.\nEl alemán vio la casa de Nueva York.\n' >text

status 0 "$program" translate --lexicon lex -o got --report rep.json in
check 'a corpus by lexicon' $?
printf -- '-DOCSTART- -X- O O\n\nEl DT O O\nCasa NN O I-ORG\nof IN O O\nPeter NN O I-PER\n\nNew NN O I-LOC\nYork NN O I-LOC\n' | cmp -s - got
check 'word by word, first entry, casing of the source, PER copied' $?
grep -q '"entities_in": 3' rep.json && grep -q '"entities_out": 3' rep.json && grep -q '"coverage": 0.4' rep.json
check 'the report counts' $?
status 2 "$program" translate --lexicon lex -o got in && grep -q 'exists' err
check 'no overwriting' $?
status 2 "$program" translate -o other in && grep -q -- '--lexicon FILE' err && [ ! -e other ]
check 'nothing to translate with' $?
status 2 "$program" translate --map x -o other in && grep -q -- '--src and --tgt' err
check 'a map without its vectors' $?
printf 'The O\nHouse B-\n' >broken
status 3 "$program" translate --lexicon lex -o other broken && grep -q 'broken:2: the tag' err && [ ! -e other ]
check 'a tag without a type' $?
"$program" translate --lexicon lex --force -o - in 2>/dev/null | cmp -s - got
check 'standard output' $?

status 0 "$program" translate lm train text -o m.lm && status 0 "$program" translate lm train text -o m.arpa
check 'models are trained' $?
status 0 "$program" translate lm convert m.arpa -o n.lm
check 'ARPA is converted' $?
"$program" translate lm ppl m.lm text >a 2>/dev/null && "$program" translate lm ppl m.arpa text >b 2>/dev/null && "$program" translate lm ppl n.lm text >c 2>/dev/null && cmp -s a b && cmp -s a c
check 'the same perplexity from each' $?
status 2 "$program" translate lm tain text -o x.lm && grep -q 'did you mean train' err
check 'did you mean' $?
status 3 "$program" translate lm ppl text text && grep -q 'language model' err
check 'no model' $?
head -c 1500 m.lm >short.lm
status 3 "$program" translate lm ppl short.lm text
check 'a model cut short' $?
status 0 "$program" translate case --min-count 1 -o cases text && grep -q "^pedro	0	1	0$" cases
check 'a case table' $?
status 0 "$program" translate --preset best --lexicon lex --lm m.lm --case-table cases --trace t.jsonl -o best in && grep -q '^La DT' best
check 'the lattice' $?
status 0 "$program" translate view t.jsonl -o t.html && grep -q '<mark class="ORG"' t.html
check 'the page' $?
status 0 "$program" translate --preset mayhew --lexicon lex -o mayhew in && grep -q '^Nueva NN O I-LOC$' mayhew
check 'phrases' $?
status 0 "$program" translate --provenance --lexicon lex -o prov in && grep -q '^Casa NN O House lexicon 1 0.0000 I-ORG$' prov
check 'provenance' $?
status 2 "$program" translate --lexicon lex --policy PER=x -o other in && grep -q 'policy "PER=x"' err
check 'a policy that is none' $?
printf 'de\tof\n' >back
status 0 "$program" translate --lexicon lex --reverse back -o rev in && grep -q '^de IN O O$' rev
check 'a lexicon of the other direction' $?
# Xie's other modes: vectors of both languages; s5 and t5 are the same point in two spaces
awk 'BEGIN { srand(3); for (i = 1; i <= 30; i++) { a = rand() - .5; b = rand() - .5; c = rand() - .5; d = rand() - .5
    printf "s%d %f %f %f %f\n", i, a, b, c, d >"s.vec"; printf "t%d %f %f %f %f\n", i, b, -a, d, c >"t.vec"
    print "s" i " t" i >"pairs" } }'
status 0 "$program" align fit --src s.vec --tgt t.vec --seed-dict pairs --method procrustes --refine 0 -o m.map
check 'a map' $?
status 0 "$program" translate vectors --mode replace --map m.map --src s.vec --tgt t.vec -o r.vec && [ "$(sed -n 's/^s5 //p' r.vec)" = "$(sed -n 's/^t5 //p' r.vec)" ] && [ -n "$(sed -n 's/^s5 //p' r.vec)" ]
check 'replace: the vector of the nearest word' $?
status 0 "$program" translate vectors --map m.map --src s.vec --tgt t.vec -o c.vec && awk '/^s5 /{split($0, a)} /^t5 /{split($0, b)} END {for (i = 2; i <= 5; i++) if ((a[i] - b[i])^2 > 1e-6) exit 1; exit !(5 in a)}' c.vec
check 'common: the same place' $?
printf 's5 O\nS7 O\nzz O\n' >mapin
"$program" translate --map m.map --src s.vec --tgt t.vec -o - mapin 2>/dev/null | cmp -s - <(printf 't5 O\nT7 O\nzz O\n')
check 'word by word through a map' $?
# the same bytes for the same seed, whatever the number of threads
"$program" translate --preset best --lexicon lex --lm m.lm --samples 3 --threads 1 -o s1 in 2>/dev/null
"$program" translate --preset best --lexicon lex --lm m.lm --samples 3 --threads 2 -o s2 in 2>/dev/null
cmp -s s1 s2
check 'the same seed' $?
# labels never get lost: entities in = entities out, by type, however the sentence is said; also with samples and swaps
sample=$(realpath "$here/../../resources/sample")
awk '{ print tolower($1) "\t" $1 " de " $2; print tolower($2) "\t" $2 }' "$sample/en-es.seed.txt" >wide # some words become three
"$program" translate lm train "$sample/es.test.conll" -o s.lm -q 2>/dev/null
cp "$sample/en-es.seed.txt" seed
entities() { awk 'NF && $NF ~ /^B-/ { n[$NF]++ } END { for (t in n) print t, n[t] }' "$1" | sort; }
entities "$sample/en.train.conll" >wanted
while read -r options; do
    # shellcheck disable=SC2086 # several words
    status 0 "$program" translate $options --force -o got --report rep.json "$sample/en.train.conll"
    entities got | cmp -s - wanted && [ "$(grep -o '"entities_in": [0-9]*' rep.json | cut -d' ' -f2)" = "$(grep -o '"entities_out": [0-9]*' rep.json | cut -d' ' -f2)" ]
    check "entities of: $options" $?
done <<EOF
--lexicon seed
--lexicon wide
--lexicon wide --preset mayhew --lm s.lm
--lexicon wide --preset best --lm s.lm --swap 0.5 --link de
--lexicon wide --preset best --swap 1 --link de --policy PER=translate
EOF
# capitals that need more bytes: the output is text, and no letter of a word is lost
printf 'street\tstraße\nbig\tgroß\n' >grow && printf 'STREET B-LOC\nBIG O\n' >growing
status 0 "$program" translate --lexicon grow -o grown growing && [ "$(wc -c <grown)" = "$(tr -d '\000' <grown | wc -c)" ] && grep -qE '^STRA(SS|ẞ)E B-LOC$' grown && status 0 "$program" check grown
check 'capitals that need more bytes' $?
# three translations of each sentence: the report counts each, and what was found is a share
status 0 "$program" translate --preset best --lexicon lex --lm m.lm --samples 3 --force -o s3 --report s3.json in && grep -q '"sentences_out": 6' s3.json && grep -q '"coverage": 0\.[0-9]*\|"coverage": 1\.0' s3.json && grep -qE ' [0-9]{1,2}\.[0-9] % of the words' err
check 'coverage of samples' $?
status 3 "$program" translate --lexicon <(printf 'house\t1\tcasa\t0.8\nhouse\t2\thogar\t0.5\nof\tde\n') -o other in && grep -q ':3: "of.*expected source, rank' err && [ ! -e other ]
check 'a line of other columns than the lexicon' $?
echo "1..$n"
exit $bad
