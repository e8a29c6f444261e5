#!/bin/bash
# The tagger from outside: training, resuming, tagging, scores, and what goes wrong.
sample=$(realpath "$(dirname "$0")/../../resources/sample")
. "$(dirname "$0")/lib.sh"
head -n 1500 "$sample/en.train.conll" >train
head -n 400 "$sample/en.dev.conll" >dev
zcat "$sample/en.vec.gz" | sed -n '2,3001p' >vec
small="--preset small --set lr=0.01 --set hidden=16 --set char_filters=8 --set char_dim=8"
train() { # OUT OPTION...; train_text=FILE before it: another training text
    local out=$1
    shift
    # shellcheck disable=SC2086 # several words
    run 0 ner train --train "${train_text:-train}" --dev dev --emb vec $small -o "$out" "$@"
}

# --- the log, and the same bytes for any number of threads
train one --epochs 8 --threads 1 --log log.jsonl
for key in epoch loss dev_f1 seconds tokens_per_second; do
    [ "$(grep -c "\"$key\":" log.jsonl)" -ge 3 ] || fail "the log lacks $key"
done
train two --epochs 8 --threads 2
cmp one two || fail "another number of threads, other bytes"
train three --epochs 3 --seed 2
cmp -s one three && fail "another seed, the same bytes"
[ -e one.checkpoint ] && fail "a checkpoint is left"

# --- stopped by a signal or killed, a run goes on from its checkpoint and ends in the same bytes
# shellcheck disable=SC2086
"$isogloss" ner train --train train --dev dev --emb vec $small --epochs 12 --set patience=0 -o whole >/dev/null 2>&1 || fail "training"
stop_at() { # SIGNAL EXIT OPTION...: trains until the checkpoint is written (again), sends the signal, and waits for the end
    local signal=$1 want=$2
    shift 2
    touch mark
    # shellcheck disable=SC2086
    "$isogloss" ner train --train train --dev dev --emb vec $small --epochs 12 --set patience=0 -o part "$@" >/dev/null 2>stop.err &
    pid=$!
    for _ in $(seq 500); do
        [ part.checkpoint -nt mark ] && break
        sleep 0.01
    done
    kill -"$signal" $pid
    wait $pid
    got=$?
    if [ $got = "$want" ]; then
        [ -e part.checkpoint ] || fail "SIG$signal: stopped without a checkpoint"
        [ -e part ] && fail "SIG$signal: stopped with a model"
    elif [ $got != 0 ]; then # 0: it was quicker than the signal
        fail "SIG$signal: exit $got"
    fi
}
stop_at INT 130
if [ $got = 130 ]; then
    holds stop.err "resume"
    # shellcheck disable=SC2086
    run 2 ner train --train train --dev dev --emb vec $small --epochs 11 --set patience=0 -o part --resume
    holds stderr "other inputs, settings or seed"
fi
[ -e part ] || stop_at KILL 137 --resume
[ -e part ] || stop_at TERM 130 --resume
# shellcheck disable=SC2086
[ -e part ] || run 0 ner train --train train --dev dev --emb vec $small --epochs 12 --set patience=0 -o part --resume
cmp whole part || fail "going on from a checkpoint gives other bytes"
[ -e part.checkpoint ] && fail "a checkpoint is left"

# --- without dev or vectors
run 0 ner train --train train --preset small --epochs 1 -o bare
# shellcheck disable=SC2086
run 0 ner train --train train $small --set chars=both --set attention=xie --set transitions=input --set layers=2 \
    --set shape_dim=4 --set optimiser=adamw --set average=0.9 --set scheme=bio --set variational=true --epochs 1 -o much
# shellcheck disable=SC2086
run 0 ner train --train train $small --set chars=none --set attention=heads --epochs 1 -o heads
run 0 ner tag --model much dev -o much.out

# --- more types than a tagger can have: refused before training
awk 'BEGIN { for (t = 0; t < 1100; t++) print "name" t " B-T" t "\n" }' >types
run 3 ner train --train types --preset small --epochs 1 -o types.model
holds stderr "at most 1023 (4096 labels)"

# --- several texts; tags that are not known, and weights: sentences without weight do not count, however wrong
# their tags
{
    grep -v -e '^-DOCSTART-' -e '^# ' train | awk -v RS= '{ gsub(/ [^ \n]+(\n|$)/, " B-LOC\n"); print "\n# weight = 0\n" $0 }'
    printf '# weight = 0.5\nRome ?\nand O\nAnn B-PER\nLee ?\n'
} | cat -s >weighted
train weighted.model --epochs 3 --train weighted
holds stderr "all training texts"
holds stderr "2 tokens with an unknown tag"
run 0 ner tag --model weighted.model dev
[ "$(awk 'NF && $NF ~ /LOC/' stdout | wc -l)" -lt "$(awk 'NF && $NF == "O"' stdout | wc -l)" ] ||
    fail "sentences of weight 0 were learnt"
# shellcheck disable=SC2086
run 3 ner train --train train --dev weighted $small -o m
holds stderr 'the tag "?"'

# --- what a model says of itself
run 0 ner card --model one -o card.md
for text in "pipeline_tag: token-classification" "| train | train | " "| hidden | 16 |" "| LOC | "; do
    holds card.md "$text"
done
run 0 ner plot --model one -o curve.svg
[ "$(grep -c "<polyline" curve.svg)" = 2 ] || fail "the learning curve has not two lines"
is_xml curve.svg
run 0 info one
holds stdout '"xxh3"'
for text in "named entity tagger, " "LOC: [0-9]* in training text, dev F1 " "epoch [0-9]* of [0-9]* was kept, selected by F1 on the dev text" \
    "train: train, XXH3 "; do
    grep -q "$text" stdout || fail "info lacks \"$text\""
done
run 0 info --json one
holds stdout '"selected_by": "dev"'

# --- lines in = lines out
run 0 ner tag --model one dev -o out
paste -d' ' dev out >pasted
[ "$(wc -l <dev)" = "$(wc -l <out)" ] || fail "lines in and out differ"
cut -d' ' -f1-2 out | sed 's/ *$//' | cmp - <(sed 's/ *$//' dev) || fail "the input's columns changed"
run 0 ner eval out
cp stdout single
run 0 ner eval dev out
cmp stdout single || fail "two files and one file score differently"
run 0 ner eval --json dev out
holds stdout '"f1":'
tr -d ' \n' <stdout >flat
holds flat '"types":{'
f1=$(sed 's/.*"overall":{[^}]*"f1":\([0-9.]*\).*/\1/' flat)
awk -v f="$f1" 'BEGIN { exit !(f >= 20 && f <= 100) }' || fail "F1 on dev is $f1"
run 0 ner eval --bootstrap 200 dev out
holds stdout "95% interval of FB1: "
run 0 ner eval --seen train --confusion confusion.svg dev out
grep -qE '^ +all: ' stdout || fail "no table of seen entities: $(cat stdout)"
is_xml confusion.svg
run 2 ner eval --confusion confusion.svg dev out
run 0 ner eval --json --seen train dev out
tr -d ' \n' <stdout >flat
for text in '"confusion":{' '"gold_predicted":[[' '"seen":{"overall":{"seen":{'; do
    grep -qF "$text" flat || fail "no $text in $(cat flat)"
done
run 0 ner compare --rounds 200 dev out out
grep -qP '^p\t1\t' stdout || fail "an output differs from itself: $(cat stdout)"
{
    printf -- '-DOCSTART- -X- O\r\n\r\n'
    printf 'Ann\tX\tO\r\n\t\r\n\r\n# a comment\r\nRome\tX\tO\r\n'
    printf 'Ωμέγα\tX\tO'
} >odd
run 0 ner tag --model one odd -o odd.out
[ "$(wc -l <odd)" = "$(wc -l <odd.out)" ] || fail "odd lines in and out differ"
[ "$(grep -c $'\r' odd.out)" = 7 ] || fail "CRLF is not kept"
sed -n 3p odd.out | grep -q $'^Ann\tX\tO\t[A-Z]' || fail "no tag: $(sed -n 3p odd.out)"
sed -n 6p odd.out | tr -d '\r' | grep -qx '# a comment' || fail "a comment changed"
tail -c 1 odd.out | od -c | grep -q '\\n' && fail "a line end was added"
# the same tags and probabilities for a sentence alone as in a batch, bit for bit
grep -v '^-DOCSTART-' dev | cat -s | sed '1{/^$/d}' >sentences
run 0 ner tag --model one --confidence sentences
cp stdout together
awk -v RS= '{ print $0 "\n" >("alone." NR) }' sentences
for i in $(seq 12); do
    run 0 ner tag --model one --confidence --format columns "alone.$i"
    cat stdout
done >alone
head -n "$(wc -l <alone)" together | cmp - alone || fail "a sentence alone gets other tags or probabilities"
for _ in $(seq 5000); do echo "word"; done >long
run 0 ner tag --model one --format columns long -o long.out
[ "$(wc -l <long.out)" = 5000 ] || fail "a sentence of 5000 tokens"
printf 'Paris\n' | "$isogloss" ner tag --model one --format columns -q >stdout || fail "one token"
[ "$(wc -l <stdout)" = 1 ] || fail "one token"

# --- hand features: a column that gives the answer away, and a list of the names
for f in train dev; do
    awk 'NF > 1 { print $1, ($NF == "O" ? "x" : "n"), $NF; next } { print }' $f >$f.feature
    awk 'NF > 1 && $NF != "O" { name = substr($NF, 1, 1) == "I" && name ? name " " $1 : $1; type = substr($NF, 3); next }
        name { print name "\t" type; name = "" }' $f
done >names
run 0 ner eval dev out
without=$(sed -n 's/.*FB1: *//p' stdout | head -1)
train_text=train.feature train feature.model --epochs 8 --dev dev.feature --columns word,feature,tag
run 0 ner tag --model feature.model dev.feature -o feature.out
run 0 ner eval dev.feature feature.out
with=$(sed -n 's/.*FB1: *//p' stdout | head -1)
awk -v a="$without" -v b="$with" 'BEGIN { exit !(b > a + 2) }' || fail "a telling column: F1 $without -> $with"
run 2 ner tag --model feature.model --format text dev
holds stderr "1 feature column"
cut -d' ' -f1 dev >bare.dev
run 3 ner tag --model feature.model --format columns bare.dev
holds stderr "bare.dev:3: a line of 1 column; expected a word in column 0, and a feature"
train names.model --epochs 8 --gazetteer names
run 0 ner tag --model names.model dev -o names.out
run 0 ner eval dev names.out
with=$(sed -n 's/.*FB1: *//p' stdout | head -1)
awk -v a="$without" -v b="$with" 'BEGIN { exit !(b > a + 2) }' || fail "a telling gazetteer: F1 $without -> $with"
printf 'She was in Lisbon.\n' >text
run 0 ner tag --model names.model --format text text
run 0 ner card --model names.model
holds stdout "- a gazetteer of "
run 0 ner card --model feature.model
holds stdout "- column 1 of the text, 2 values"
run 0 info --json names.model
holds stdout '"gazetteer"'

# --- probabilities
run 0 ner tag --model one --confidence dev
awk 'NF && ($NF < 0 || $NF > 1 || $NF !~ /^[01]\.[0-9]+$/) { bad = 1 } END { exit bad }' stdout || fail "confidences"
run 0 ner tag --model one --nbest 3 --confidence dev
awk 'NF && $1 != "-DOCSTART-" { if (NF != 8 || $6 < $7 || $7 < $8 || $6 + $7 + $8 > 1.00001) bad = 1 } END { exit bad }' stdout ||
    fail "n-best: $(head -3 stdout)"
cut -d' ' -f3 stdout | cmp - <(cut -d' ' -f3 out) || fail "the first of the n best is not the best"
run 0 ner tag --model one --min-confidence 1 --scheme bio dev
[ "$(awk 'NF > 2 && $NF != "O"' stdout | wc -l)" = 0 ] || fail "entities below --min-confidence"

# --- forced decoding: what is given stays, "?" is decided, the rest is decided around it
printf 'Ann ?\nLee ?\nmet O\nBob B-LOC\nGreen ?\n. O\n' >given
run 0 ner tag --model one --given --scheme bio given
[ "$(sed -n '3p;4p;6p' stdout | cut -d' ' -f3 | tr '\n' ' ')" = "O B-LOC O " ] || fail "given tags: $(cat stdout)"
sed -n '1p;2p;5p' stdout | grep -q '?$' && fail "a tag was not decided"
sed 's/?/O/' given | sed 's/B-LOC/?/' >given2
run 0 ner tag --model one --given --nbest 2 --confidence given2
[ "$(grep -c '^[^ ]* O O O ' stdout)" = 5 ] || fail "given tags with n best: $(cat stdout)"
sed 's/LOC/PLANET/' given >given2
run 3 ner tag --model one --given given2
holds stderr "given2:4: the tag \"B-PLANET\""
run 2 ner tag --model one --given --format text given
holds stderr "given tags; expected text in columns"

# --- raw text and JSON lines
printf 'Ann Lee moved from Berlin to Lisbon. "It costs $3.50," she said...\n\nÜber 5 000 people.\n' >text
run 0 ner tag --model one --format text text
[ "$(wc -l <stdout)" = 3 ] || fail "text: lines"
sed -n 2p stdout | grep -qx '' || fail "text: a blank line changed"
cut -f1 stdout | cmp - text || fail "text: the text changed"
printf '{"text": "Ann moved to Berlin."}\n{"id": 7, "tokens": ["Ann", "sings"]}\n' >json
run 0 ner tag --model one json
[ "$(grep -c '"entities":\[' stdout)" = 2 ] || fail "JSON lines"
holds stdout '"id":7'
holds stdout '"tags":["'
printf '{"text": 5}\n' >bad.json
run 3 ner tag --model one --format jsonl bad.json
holds stderr "bad.json:1: "

# an empty input is an empty output, whatever its form
: >nothing
printf '\n# a comment\n\n' >comments
for format in auto columns text jsonl; do
    run 0 ner tag --model one --format $format nothing
    [ -s stdout ] && fail "output of an empty file ($format)"
    "$isogloss" ner tag --model one --format $format - </dev/null >stdout 2>stderr || fail "empty standard input ($format)"
    [ -s stdout ] && fail "output of empty standard input ($format)"
done
run 0 ner tag --model one --format columns comments
cmp comments stdout || fail "a file of comments"
# a column file with a mistake is a column file, and raw text is text to `pseudo`, too
{ cat sentences && printf 'broken\n'; } >mistake
run 3 ner tag --model one -v mistake -o mistake.out --force
holds stderr "mistake: read as columns"
holds stderr "1 column; expected 2, as in the file's first token line"
{ sed 's/ .*//' sentences | head -40 && printf 'two words\n'; } >words
run 3 ner tag --model one -v words
holds stderr "words: read as columns"
holds stderr "words:41: 2 columns; expected 1"
run 0 ner pseudo --model one --min-probability 0 -v text -o text.pseudo
holds stderr "text: read as raw text"
[ "$(grep -v '^#' text.pseudo | awk 'NF { print $1 }' | head -5 | tr '\n' ' ')" = "Ann Lee moved from Berlin " ] ||
    fail "pseudo-labels of raw text: $(cat text.pseudo)"
run 0 ner pseudo --model one --min-probability 0 --max-sentences 1 -q text -o -
[ "$(grep -c '^# weight' stdout)" = 1 ] || fail "--max-sentences"
printf '{"text": "Ann sings."}\n{"tokens": ["Cafe\\u0301", "x"]}\n' >json
run 0 ner pseudo --model one --min-probability 0 -q json -o -
[ "$(awk '!/^#/ && NF { print $1 }' stdout | tr '\n' ' ')" = "Ann sings . $(printf 'Cafe\314\201') x " ] ||
    fail "pseudo-labels of JSON lines: $(cat stdout)"
printf '{"tokens": ["New York"]}\n' >json
run 3 ner pseudo --model one --min-probability 0 -q json -o -
holds stderr "contains whitespace"
# a pipe gets each line's answer before the next line is there
mkfifo asked
"$isogloss" ner tag --model one --format text - <asked >answers 2>/dev/null &
pid=$!
exec 7>asked
for i in 1 2; do
    echo "Ann sings." >&7
    for _ in $(seq 500); do
        [ "$(wc -l <answers)" = $i ] && break
        sleep 0.02
    done
    [ "$(wc -l <answers)" = $i ] || fail "line $i is not answered before the end of the input"
done
exec 7>&-
wait $pid || fail "tagging from a pipe"
run 0 ner tag --model one <(cat text)
[ "$(wc -l <stdout)" = 3 ] || fail "a pipe whose form is detected"
# limits are named
head -c 17000000 /dev/zero | tr '\0' 'a' >giant
run 3 ner tag --model one --format text giant
holds stderr "giant:1: a line of 17000000 bytes; expected at most 16 MiB"
yes word | head -n 100001 >giant
run 3 ner tag --model one --format columns giant
holds stderr "a sentence of 100001 tokens; expected at most 100000"
rm giant

# --- what goes wrong leaves the output as it was and says where
echo before >kept
run 2 ner tag --model one dev -o kept
run 2 ner train --train train -o kept
holds kept before
run 1 ner train --train train -o nowhere/model
holds stderr "nowhere/model"
run 2 ner train --train train --set hiden=3 -o m
holds stderr 'did you mean "hidden"'
run 2 ner train --train train --preset best -o m
run 2 ner train -o m
holds stderr "--train is missing"
printf 'a O\nb B-\n' >bad
run 3 ner train --train bad -o m
holds stderr "bad:2: "
one_line stderr
: >empty
run 3 ner train --train empty -o m
[ -e m ] && fail "a model from bad input"
head -c 3000 one >cut
run 3 ner tag --model cut dev -o cut.out --force
one_line stderr
[ -e cut.out ] && fail "output from a cut model"
head -c $(($(wc -c <one) - 100)) one >cut
run 3 ner tag --model cut dev
run 3 ner tag --model dev dev
run 1 ner tag --model absent dev
printf 'Ann O\n\xff O\n' >bad
run 3 ner tag --model one bad
holds stderr "bad:2: "
printf 'a O\n\nb B-PER\n' >gold
printf 'a O\n\nc B-PER\n' >other
run 3 ner eval gold other
holds stderr "other:3: "
printf 'a O O\nb ORG O\n' >bare
run 3 ner eval bare
holds stderr 'bare:2: the malformed tag "ORG"'
holds stderr "IOB1, BIO"
run 0 ner eval --raw bare
printf -- '# newdoc\n# id 1\nAnn B-PER B-PER\n-DOCSTART-\nRome B-LOC O\n' >comments
run 0 ner eval comments
holds stdout "processed 2 tokens with 2 phrases; found: 1 phrases; correct: 1."
# each file is read once: pipes will do
cp dev piped.gold
run 0 ner compare --rounds 20 <(cat piped.gold) <(cat out) <(cat out)
run 0 ner eval --json --seen <(cat train) <(cat piped.gold) <(cat out)
# --latex is a whole table, whatever the names hold
printf 'a B-x_y&z B-x_y&z\n' >names.tags
run 0 ner eval -l names.tags
holds stdout '\end{tabular}'
holds stdout 'x\_y\&z & 100.00\% & 100.00\% & 100.00 \\'
if command -v pdflatex >/dev/null; then
    { printf '\\documentclass{article}\\begin{document}\n' && cat stdout && printf '\\end{document}\n'; } >table.tex
    pdflatex -interaction=batchmode -halt-on-error table.tex >/dev/null || fail "--latex does not compile"
fi
# labels that training never saw count against recall, and nothing breaks
sed 's/LOC/PLANET/' dev >planets
# shellcheck disable=SC2086
run 0 ner train --train train --dev planets --emb vec $small --epochs 2 -o planets.model
run 0 ner tag --model planets.model planets -o planets.out
run 0 ner eval planets.out
holds stdout "PLANET"
finish
