#!/bin/bash
# isogloss info on vector files, good and broken.
. "$(dirname "$0")/lib.sh"
printf '3 2\na 1 2\nb 0 0\na 3 4\n' >v.vec
run 0 info v.vec
holds stdout "2 word vectors of 2 dimensions"
holds stdout "1 words a second time, first on line 4"
run 0 info v.vec --json
holds stdout '"dimensions": 2'
holds stdout '"duplicates": 1'
printf '2 2\na 1 2\nb 1\n' >bad.vec
run 3 info bad.vec
holds stderr "bad.vec:3"
one_line stderr
: >empty.vec
run 3 info empty.vec
run 1 info none.vec
printf '\20\0\0\0\0\0\0\0{' >cut.model
run 3 info cut.model
holds stderr "cut.model"
one_line stderr
finish
