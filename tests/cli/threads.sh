#!/bin/bash
# Training and tagging give the same bytes for any number of threads (and no race: tools/check --long runs this with
# ThreadSanitizer).
. "$(dirname "$0")/lib.sh"
awk 'BEGIN { for (i = 0; i < 40; i++) { for (j = 0; j < 6; j++) print "w" (i * 7 + j * j) % 31, (j % 3 ? "O" : "B-PER"); print "" } }' >train.conll
small=(--set hidden=6 --set word_dim=6 --set char_filters=4 --set char_dim=4 --set batch=8 --epochs 2 -q)
for threads in 1 2 3; do
    run 0 ner train --train train.conll --dev train.conll "${small[@]}" --threads $threads -o $threads.model
    run 0 ner transfer --mode mult --source train.conll --train train.conll --epoch-batches 4 \
        "${small[@]}" --threads $threads -o $threads.transfer
    run 0 ner tag --model 1.model --threads $threads -c -q -o $threads.conll train.conll
    run 0 ner tag --model 1.model --threads $threads --format text -q -o $threads.text train.conll
done
for kind in model transfer conll text; do
    for threads in 2 3; do
        cmp -s 1.$kind $threads.$kind || fail "$kind: 1 and $threads threads give different bytes"
    done
done
finish
