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
# a pipe is read once
printf '2 2\na 1 2\nb 0 0\n' >p.vec
"$isogloss" info - <p.vec >stdout 2>stderr || fail "info from standard input: $(cat stderr)"
holds stdout "2 word vectors of 2 dimensions"
mkfifo pipe
cat p.vec >pipe &
run 0 info pipe
holds stdout "2 word vectors of 2 dimensions"
wait
# rows missing under a header are said, files of other kinds named
printf '3 2\na 1 2\nb 0 0\n' >short.vec
run 0 info short.vec
holds stderr "short.vec: the header says 3 rows, the file has 2: is it cut short?"
printf '<!DOCTYPE html>\n<title>404</title>\n' >page.vec
run 3 info page.vec
holds stderr "page.vec: an HTML page"
if command -v zip >/dev/null && "$isogloss" convert -o probe.vec.zip p.vec 2>/dev/null; then
    zip -q two.zip p.vec short.vec
    run 3 info two.zip
    holds stderr "more than one file in the archive"
fi
finish
