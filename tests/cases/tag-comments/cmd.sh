#!/bin/sh
"$ISO" ner train --train train.conll --epochs 1 --set hidden=4 --set word_dim=4 --set char_filters=4 --set char_dim=4 -o m.model -q
"$ISO" ner tag --model m.model in.conll -o out.conll
grep -c "^# newdoc$" out.conll
"$ISO" ner tag --model m.model --columns word,tag in.conll -o out2.conll
grep -c "^# newdoc$" out2.conll
"$ISO" ner pseudo --model m.model --min-probability 0 in.conll -o pseudo.conll; cut -d" " -f1 pseudo.conll | grep -vc "^$"
"$ISO" ner pseudo --model m.model --min-probability 0 in.conll -o - -q | grep newdoc
