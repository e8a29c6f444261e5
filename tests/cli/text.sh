#!/bin/bash
# From plain text: isogloss tokenise.
. "$(dirname "$0")/lib.sh"

# tokenise: sentences, columns, lower case, lines kept, NFC, several inputs
printf 'Ann Lee left Rome. She is 5.\n\nÉcole? Yes\n' >in
run 0 tokenise in
printf 'Ann Lee left Rome .\nShe is 5 .\nÉcole ?\nYes\n' | cmp -s - stdout || fail "tokenise: $(cat stdout)"
run 0 tokenise --lower --keep-lines in
printf 'ann lee left rome . she is 5 .\n\nécole ? yes\n' | cmp -s - stdout || fail "--keep-lines: $(cat stdout)"
run 0 tokenise --format column in
printf 'Ann\nLee\nleft\nRome\n.\n\nShe\nis\n5\n.\n\nÉcole\n?\n\nYes\n\n' | cmp -s - stdout || fail "column: $(cat stdout)"
printf 'E\u0301cole\n' >nfd
run 0 tokenise nfd
printf 'École\n' | cmp -s - stdout || fail "NFC"
run 0 tokenise --no-nfc nfd
cmp -s nfd stdout || fail "--no-nfc"
run 0 tokenise -o out nfd nfd --json
[ "$(wc -l <out)" = 2 ] || fail "two inputs: $(cat out)"
holds stdout '"tokens": 2'
run 2 tokenise -o out nfd
holds stderr "exists"
printf 'a\xff\n' >bad
run 3 tokenise bad
holds stderr "bad:1: invalid UTF-8"
printf 'letter\t\\p{L}\n' >patterns
run 0 tokenise --tokens patterns nfd
printf 'É c o l e\n' | cmp -s - stdout || fail "--tokens: $(cat stdout)"
finish
