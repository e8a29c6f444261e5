#!/bin/sh
for f in bare under suffix; do "$ISO" ner eval $f.txt; echo $f: exit $?; done
