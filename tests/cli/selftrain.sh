#!/bin/bash
# isogloss ner tag with several models, ner pseudo, and training on what it writes.
. "$(dirname "$0")/lib.sh"
tag_of() { # a tiny corpus of one type a sentence: NAMES TAG
    local w
    for w in $1; do
        printf 'in O\n%s %s\n. O\n\n' "$w" "$2"
    done
}
{ tag_of "Paris London Rome Oslo" B-LOC; tag_of "Anna Bert Carla Dora" B-PER; } >train.conll
tag_of "Paris Anna Xyzzy Rome" B-LOC >text.conll
fast=(--train train.conll --set hidden=8 --set char_filters=8 --set word_dim=8 --set batch=2 --set epochs=12 -q)
for seed in 1 2 3; do
    run 0 ner train "${fast[@]}" --seed $seed -o $seed.model
done
run 0 ner tag --model 1.model --confidence text.conll -q -o one
run 0 ner tag --model 1.model --model 1.model --confidence text.conll -q -o twice
cmp -s one twice || fail "a model and itself tag otherwise than the model alone"
run 0 ner tag --model 1.model --model 2.model --model 3.model --confidence text.conll -q -o all
run 0 ner tag --model 3.model --model 2.model --model 1.model --confidence text.conll -q -o turned
cut -d' ' -f1-3 all >a
cut -d' ' -f1-3 turned >b
cmp -s a b || fail "the order of models changes tags"
cmp -s one all && fail "three models give the numbers of one"
# the probability of the ensemble's tags: the mean of scores is not the mean of probabilities, but lies on the way
awk 'NF == 4 && ($4 <= 0 || $4 > 1) { exit 1 }' all || fail "probabilities outside of (0, 1]"
# other labels
tag_of "Paris London Rome Oslo" B-PLACE >other.conll
run 0 ner train "${fast[@]}" --train other.conll -o other.model
run 3 ner tag --model 1.model --model other.model text.conll -q
holds stderr "other.model"
holds stderr "labels"
# pseudo labels: weights, open tags, nothing sure
run 0 ner pseudo --model 1.model --model 2.model text.conll --min-probability 0 -q -o sure.conll
[ "$(grep -c '^# weight = ' sure.conll)" = 4 ] || fail "not one weight a sentence"
grep -q ' ?$' sure.conll && fail "open tags at probability 0"
[ "$(grep -c . text.conll)" = "$(grep -vc '^#\|^$' sure.conll)" ] || fail "tokens got lost"
run 0 ner pseudo --model 1.model text.conll --min-probability 1 -q --json -o none.conll
holds stdout '"sentences": 0'
run 0 ner pseudo --model 1.model text.conll --min-probability 0 --entities-only --json -q -o names.conll
run 0 ner pseudo --model 1.model text.conll --min-probability 0 --max-sentences 2 --json -q -o two.conll
holds stdout '"read": 2'
run 2 ner pseudo text.conll
# a student of both texts; weights count
run 0 ner transfer --mode translate --source train.conll --source sure.conll --set hidden=8 --set word_dim=8 \
    --set epochs=2 --epoch-batches 4 -q -o student.model
sed 's/^# weight.*/# weight = 0/' sure.conll >weightless.conll
run 0 ner transfer --mode translate --source train.conll --source weightless.conll --set hidden=8 --set word_dim=8 \
    --set epochs=2 --epoch-batches 4 -q -o other-student.model
cmp -s student.model other-student.model && fail "weights change nothing"

# names by their capitals: a tagger that takes all for O, and what --capitals makes of it
{
    for w in a b c d e f g h A B C Dd EE; do printf '%s O\n%s O\n%s O\n\n' "$w" Word "$w"; done
    printf 'Rome B-LOC\n'
} >dull.conll
run 0 ner train --train dull.conll --set hidden=4 --set chars=none --set word_dim=4 --set epochs=10 --set unk_rate=0 -q -o dull.model
cat >plain.txt <<'END'
Sono in Parma con la EFE
Vive : Pero no Él . Otra
siglo XIX , tomo V y PP
LLUEVE EN PARMA hoy Mucho DESDE AYER
« Hola » en iPhone de A y Álava
END
tr ' ' '\n' <plain.txt | awk 'NR > 1 && /^(Vive|siglo|LLUEVE|«)$/ { print "" } { print }' >plain.conll
names_of() { awk '$2 != "O" && NF { printf "%s ", $1 }' "$1"; }
run 0 ner tag --model dull.model plain.conll -q -o free
[ -z "$(names_of free)" ] || fail "the dull tagger finds names: $(names_of free)"
run 0 ner tag --model dull.model --capitals plain.conll -q -o capitals
[ "$(names_of capitals)" = "Parma EFE Él PP Álava " ] || fail "--capitals finds $(names_of capitals)"
run 0 ner tag --model dull.model --capitals --confidence plain.conll -q -o sure
grep -q 'nan' sure && fail "--capitals: probabilities that are none"
# what the input's own tags say goes first
awk 'NF { print $1, $1 == "Parma" ? "O" : "?" } !NF { print }' plain.conll >given.conll
run 0 ner tag --model dull.model --capitals --given given.conll -q -o both
[ "$(awk '$3 != "O" && NF { printf "%s ", $1 }' both)" = "EFE Él PP Álava " ] || fail "--capitals overrules --given"
run 0 ner pseudo --model dull.model --capitals --min-probability 0 plain.conll -q -o own
[ "$(grep -v '^#' own | awk '$2 != "O" && NF { printf "%s ", $1 }')" = "Parma EFE Él PP Álava " ] || fail "ner pseudo --capitals"
finish
