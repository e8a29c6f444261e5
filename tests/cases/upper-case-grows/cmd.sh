#!/bin/sh
"$ISO" translate --lexicon lexicon.tsv -o out.conll -q source.conll; echo exit $?
cat out.conll
"$ISO" check out.conll
