#!/bin/bash
# Inputs without an end: each command that reads one ends within a second of SIGTERM with 130, or refuses it before.
. "$(dirname "$0")/lib.sh"
printf 'Ann B-PER\nlives O\n\nRome B-LOC\nis O\nbig O\n\n' >c
printf 'Ann B-PER B-PER\nlives O O\n\n' >tagged
printf 'house\tcasa\nbig\tgrande\nRome\tRoma\nAnn\tAna\n' >l
printf 'Ann lives in Rome.\nRome is big.\n' >plain
run 0 translate lm train plain --order 2 -o lm.lm
small="--set hidden=4 --set word_dim=4 --epochs 1"
run 0 ner train --train c $small -o m

# flood LINE PIPE: in the background, and not for ever where nobody reads
flood() {
    timeout 10 bash -c 'yes "$0" >"$1"' "$1" "$2" 2>/dev/null &
}
# endless N LINE COMMAND...: IN is a pipe that repeats the line for ever
endless() {
    local n=$1 text=$2 got=0 start
    shift 2
    mkfifo "p$n"
    flood "$(printf '%b' "$text")" "p$n"
    "$isogloss" "${@/#IN/p$n}" >"out$n" 2>"err$n" </dev/null &
    local reader=$!
    sleep 0.7
    start=$(date +%s%N)
    kill -TERM $reader 2>/dev/null
    wait $reader || got=$?
    # half a second of patience, and a busy machine
    [ $(($(date +%s%N) - start)) -lt 3000000000 ] || echo "FAILED: $*: not within a second of SIGTERM" >>failed
    [ $got = 130 ] || [ $got = 3 ] || echo "FAILED: $*: exit $got: $(head -c 200 "err$n")" >>failed
    [ -e "o$n" ] && echo "FAILED: $*: an output" >>failed
}
n=0
try() {
    n=$((n + 1))
    endless $n "$@" &
    [ $((n % 4)) != 0 ] || wait
}
try 'a O\nb B-PER\n' ner train --train IN -o o1
try 'a O\nb B-PER\n' ner train --train c --dev IN -o o2
try 'Rome\tLOC' ner train --train c --gazetteer IN -o o3
try 'a 0.1 0.2' ner train --train c --emb IN -o o4
try 'a O\nb B-PER\n' ner transfer --mode init --source IN --train c -o o5
try 'a O\nb B-PER\n' ner transfer --mode init --source c --train IN -o o6
try 'a O\nb B-PER\n' ner tag --model m -o o7 IN
try 'Ann lives in Rome.' ner tag --model m -o o8 IN
try 'Ann lives in Rome.' ner pseudo --model m -o o9 IN
try 'a O O\n' ner eval IN
try 'a O\n' ner eval --seen IN tagged
try 'a O\n' convert --to jsonl -o o12 IN
try 'house\tcasa' translate --lexicon IN -o o13 c
try 'a O\n' translate --lexicon l -o o14 IN
try 'house\t1\t2\t3' translate --lexicon l --case-table IN -o o15 c
try 'Rome\tLOC' translate --lexicon l --gazetteer IN -o o16 c
try 'The house.' translate case -o o17 IN
try 'The house.' translate lm train -o o18 IN
try 'The house.' translate lm ppl lm.lm IN
try 'The house.' tokenise -o o24 IN
try 'The house.' profile -o o25 IN
try '{"sentence": 1, "source": [], "target": [], "units": []}' translate view -o o20 IN
try 'a 0.1 0.2' convert --from vectors --to isgv -o o21.isgv IN
try 'a O\n' check IN
try 'a 0.1 0.2' info IN
wait
[ -s failed ] && cat failed && failures=1
# a sentence is answered before the next one comes
for command in "translate --lexicon l -o -" "ner tag --model m --format columns"; do
    rm -f asked answer
    mkfifo asked
    # words of the command
    # shellcheck disable=SC2086
    "$isogloss" $command -q asked >answer 2>stderr &
    reader=$!
    exec 8>asked
    printf 'house O\nRome B-LOC\n\n' >&8
    for _ in $(seq 100); do
        [ "$(grep -c . answer)" -ge 2 ] && break
        sleep 0.05
    done
    [ "$(grep -c . answer)" = 2 ] || fail "$command: no answer before the end of the input"
    printf 'big O\n' >&8
    exec 8>&-
    wait $reader || fail "$command"
    [ "$(grep -c . answer)" = 3 ] || fail "$command: $(wc -l <answer) lines"
done
# what ends unasked still gives its JSON object
mkfifo json
flood 'a O O
' json
"$isogloss" ner eval --json json >stdout 2>stderr &
sleep 0.5
kill -TERM $!
wait $! && fail "an endless evaluation ended"
python3 -c 'import json; assert json.load(open("stdout"))["error"]["status"] == 130' || fail "no JSON object: $(head -c 300 stdout)"
finish
