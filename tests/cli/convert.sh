#!/bin/bash
# isogloss convert: there and back gives the same bytes; what cannot be converted is said.
. "$(dirname "$0")/lib.sh"
printf -- '-DOCSTART- -X- O\n\nJosé NNP B-PER\nLuis NNP I-PER\nin IN O\nEU NNP B-ORG\nItalia NNP B-LOC\nRoma NNP B-LOC\n\n' >a.bio
printf '# a comment\r\nx\tNN\tO\r\n' >>a.bio.tabs
for scheme in iob1 bioes bmes; do
    run 0 convert --scheme $scheme -o a.$scheme a.bio
    run 0 convert --scheme bio -o back.$scheme a.$scheme
    cmp a.bio back.$scheme || fail "bio, $scheme and back"
done
holds a.iob1 "Luis NNP I-PER"
holds a.iob1 "José NNP I-PER"
holds a.iob1 "Roma NNP B-LOC"
holds a.bioes "Luis NNP E-PER"
holds a.bioes "EU NNP S-ORG"
holds a.bmes "Italia NNP S-LOC"
holds a.bmes "DOCSTART- -X- O"
run 0 convert -o keep a.bio.tabs
cmp keep a.bio.tabs || fail "a copy with CRLF and comment"
printf 'José B-PER\nLuis I-PER\n, O\nEU S-ORG\n\n"\\ O\n\n' >b.conll
run 0 convert -o b.jsonl b.conll
[ "$(head -1 b.jsonl)" = '{"tokens": ["José", "Luis", ",", "EU"], "tags": ["B-PER", "I-PER", "O", "S-ORG"]}' ] ||
    fail "JSON: $(cat b.jsonl)"
run 0 convert -o b.back b.jsonl
cmp b.conll b.back || fail "columns, JSON and back"
run 0 convert -o b.again.jsonl b.back
cmp b.jsonl b.again.jsonl || fail "JSON, columns and back"
gzip -k b.jsonl
run 0 convert b.jsonl.gz
cmp b.conll stdout || fail "JSON in gzip"
run 0 convert --to spans b.conll
holds stdout '{"text": "José Luis , EU", "entities": [{"start": 0, "end": 9, "type": "PER"}, {"start": 12, "end": 14, "type": "ORG"}]}'
run 0 convert --to doccano b.conll
holds stdout '{"text": "José Luis , EU", "label": [[0, 9, "PER"], [12, 14, "ORG"]]}'
run 0 convert --scheme bio -o bio.conll <(sed '/^"/s/"\\ O/"/; s/^"$/" O/' b.conll)
for form in spans doccano; do
    run 0 convert --to $form -o $form.jsonl bio.conll
    run 0 convert -o back.conll --force $form.jsonl
    cmp bio.conll back.conll || fail "columns, $form and back"
    run 0 convert --to $form -o $form.again.jsonl back.conll
    cmp $form.jsonl $form.again.jsonl || fail "$form, columns and back"
done
printf '{"text": "In São Paulo, B.", "entities": [{"start": 3, "end": 12, "type": "LOC"}]}\n' >s.jsonl
run 0 convert s.jsonl
printf 'In O\nSão B-LOC\nPaulo I-LOC\n, O\nB O\n. O\n\n' | cmp - stdout || fail "tokens of a text with spans: $(cat stdout)"
# the same tokens whatever the labels, those that the tagger sees
printf '{"text": "Ann left Rome. Bob-like?", "label": %s}\n' '[]' '[[9, 13, "LOC"]]' '[[15, 18, "PER"]]' >s.jsonl
run 0 convert s.jsonl
for i in 1 2 3; do
    awk -v RS= -v i=$i 'NR == i' stdout | cut -d' ' -f1 >tokens.$i
    cmp tokens.1 tokens.$i || fail "tokens depend on labels"
done
grep -qx 'Rome' tokens.1 || fail "tokens: $(cat tokens.1)"
holds stdout "Rome B-LOC"
holds stdout "Bob-like B-PER"
holds stderr "widened to whole tokens: 1"
printf '{"text": "Bob-like", "label": [[0, 3, "PER"], [4, 8, "X"]]}\n' >s.jsonl
run 3 convert s.jsonl
holds stderr "s.jsonl:1: entities 1 and 2 overlap; expected entities without a token in common"
# what doccano, Prodigy and Hugging Face write
printf '%s\n' '{"text":"Ann lives","labels":[[0,3,"PER"]]}' \
    '{"text":"Ann lives","entities":[{"id":3,"label":"PER","start_offset":0,"end_offset":3}],"relations":[]}' \
    '{"text":"Ann lives","spans":[{"start":0,"end":3,"label":"PER"}]}' '{"tokens":["Ann","lives"],"ner_tags":["B-PER","O"]}' >s.jsonl
run 0 convert s.jsonl
[ "$(grep -c '^Ann B-PER$' stdout)" = 4 ] || fail "forms of JSON: $(cat stdout)"
printf '{"tokens":["Ann"],"ner_tags":[1]}\n' >s.jsonl
run 3 convert s.jsonl
holds stderr "s.jsonl:1: tag 1 is a number"
printf '{"text": "ab", "label": [[0, 3, "X"]]}\n' >s.jsonl
run 3 convert s.jsonl
holds stderr "s.jsonl:1: entity 1 ends at 3, past the end of its text (2 characters)"
printf '{"text": "ab", "label": [[0, 2, "X"], [1, 2, "Y"]]}\n' >s.jsonl
run 3 convert s.jsonl
holds stderr "s.jsonl:1: entities 1 and 2 overlap"
run 0 convert --to jsonl a.bio
holds stderr "1 comments and document marks are left out"
run 0 convert --json -o c.jsonl a.bio
holds stdout '"entities": 4'
run 2 convert -o b.jsonl b.conll
holds stderr "b.jsonl: output file already exists"

printf '2 3\nin 0.5 -1.25 3\nEU 0.125 2 -4.5\n' >v.vec
for form in bin isgv safetensors; do
    run 0 convert -o v.$form v.vec
    run 0 convert -o back.$form.vec v.$form
    cmp v.vec back.$form.vec || fail "vectors, $form and back"
done
gzip -k v.vec
run 0 convert -o gz.bin v.vec.gz
cmp gz.bin v.bin || fail "vectors in gzip"
run 0 convert -o two.bin v.isgv
cmp two.bin v.bin || fail "isgv to word2vec"

# broken input
printf '{"tokens": ["a"], "tags": ["O"]}\n{"tokens": ["a"], "tags": []}\n' >bad.jsonl
run 3 convert -o bad.conll bad.jsonl
holds stderr "bad.jsonl:2: 1 tokens with 0 tags"
[ -e bad.conll ] && fail "output of a broken file"
printf '{"tokens": ["a b"], "tags": ["O"]}\n' >blank.jsonl
run 3 convert blank.jsonl
holds stderr "blank.jsonl:1: token 1 contains whitespace"
run 0 convert --separator tab blank.jsonl
printf '{"tokens": ["a"], "tags": ["PER"]}\n' >tag.jsonl
run 3 convert tag.jsonl
holds stderr 'tag.jsonl:1: tag "PER"'
printf 'no json\n' >no.jsonl
run 3 convert no.jsonl
holds stderr "no.jsonl:1: invalid JSON"
printf 'a O\nb B-\n' >bad.conll
run 3 convert -o x.jsonl bad.conll
holds stderr "bad.conll:2"
run 2 convert -o x.jsonl v.vec
holds stderr "word vectors cannot become jsonl"
run 2 convert --to vec b.conll
holds stderr "labelled text cannot become vec"
# the ending of a name says how to compress
run 0 convert -o c.jsonl.gz b.conll
gzip -dc c.jsonl.gz | cmp - b.jsonl || fail "JSON lines to gzip"
run 0 convert -o v2.vec.gz v.vec
gzip -dc v2.vec.gz | cmp - v.vec || fail "vectors to gzip"
run 0 convert -o v2.bin.gz v.vec
gzip -dc v2.bin.gz | cmp - v.bin || fail "word2vec to gzip"
run 2 convert -o v2.isgv.gz v.vec
holds stderr "cannot be compressed"
for end in xz zst bz2 zip; do
    if "$isogloss" convert -o "v2.vec.$end" v.vec 2>stderr; then
        run 0 convert -o "back.$end.vec" "v2.vec.$end"
        cmp v.vec "back.$end.vec" || fail "$end and back"
    else
        holds stderr "libarchive-dev"
    fi
done
finish
