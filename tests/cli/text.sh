#!/bin/bash
# From plain text: isogloss tokenise, profile.
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

# profile
printf 'Der Hund sah die Katze im Haus von Anna.\nDie Katze sah den Baum und das Tor.\n' >de
run 0 profile de
holds stdout "casing         translate --casing target"
holds stdout "ner tag --no-capitals"
run 0 profile --json --source in de
python3 - <<'END' || fail "profile --json"
import json
p = json.load(open("stdout"))
assert p["sentences"] == 2 and p["tokens"] == 19 and p["capital"] == 7, p
assert p["sentence_ends"] == [{"text": ".", "count": 2}], p
assert {s["setting"] for s in p["suggestions"]} == {"casing", "capitals", "drop-lower", "vectors"}, p
END
printf 'ሰላም ነው። ጥሩ ነው።\n' >am
run 0 profile am -o report
holds report "a lexicon line \".<TAB>።\" changes it"
printf '. .\n' >signs
run 3 profile signs
holds stderr "a text without words"
# a sign in the lexicon is translated, others stay
printf '.\t।\ngood\tअच्छा\n' >lexicon
printf 'good O\n. O\n, O\n' >corpus
run 0 translate --lexicon lexicon -o - corpus
printf 'अच्छा O\n। O\n, O\n' | cmp -s - stdout || fail "signs by lexicon: $(cat stdout)"
finish
