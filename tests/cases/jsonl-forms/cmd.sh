#!/bin/sh
for f in labels offsets spans hf; do "$ISO" convert --to conll -o - -q $f.jsonl; echo exit $?; done
