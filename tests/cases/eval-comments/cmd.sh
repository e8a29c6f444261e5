#!/bin/sh
for f in columns single tagged document; do echo $f; "$ISO" ner eval $f.conll; echo exit $?; done
"$ISO" ner eval gold.conll gold.conll; echo exit $?
