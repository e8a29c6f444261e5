#!/bin/sh
"$ISO" translate --lexicon lexicon.tsv -o - -q source.conll; "$ISO" check source.conll; "$ISO" ner eval gold.txt predicted.txt; echo exit $?
"$ISO" check mixed.conll
