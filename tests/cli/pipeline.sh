#!/bin/bash
# The whole job on the sample by `isogloss run`, and what is done again when an input changes.
sample=$(realpath "$(dirname "$0")/../../resources/sample")
. "$(dirname "$0")/lib.sh"
cp -r "$sample" s
cp s/demo.toml demo.toml
# a simple map and a short training: what is tested here is the way from stage to stage
sed -e 's/^seed-dict = .*/&\nmethod = "procrustes"\nrefine = 0/' -e 's/^preset = "small"/&\nepochs = 3/' demo.toml >s/demo.toml
[ "$(grep -cE '^(method|epochs) = ' s/demo.toml)" = 2 ] || fail "the project has changed its form"
# ran STAGE...: exactly these stages ran in the last run, all others were kept
ran() {
    local want got
    want=$(printf '%s\n' "$@")
    got=$(sed -n 's/^\[[0-9/]*\] \(.*\) (.*): runs: .*/\1/p' stderr)
    [ "$got" = "$want" ] || fail "ran: $got"
    [ "$(grep -c ': unchanged, kept' stderr)" = $((8 - $#)) ] || fail "kept: $(cat stderr)"
}
run 0 run s/demo.toml -o out
ran map "score the map" dictionary "translate train" "translate dev" train tag "score the tags"
holds stdout "accuracy:"
for file in en-es.map en-es.dict.tsv es.train.conll es.dev.conll es.model es.tagged.conll; do
    [ -s "out/$file" ] || fail "no $file"
done
[ "$(grep -c '^$' out/es.train.conll)" = "$(grep -c '^$' s/en.train.conll)" ] || fail "sentences were lost"
[ "$(wc -l <out/es.tagged.conll)" = "$(wc -l <s/es.test.conll)" ] || fail "lines were lost"
cp out/es.model first.model
run 0 run s/demo.toml -o out
[ "$(grep -c ': unchanged, kept' stderr)" = 8 ] || fail "not all is kept: $(cat stderr)"
# the test text changes: the tagging and its score, nothing before them
printf 'Hola O\n\n' >>s/es.test.conll
run 0 run s/demo.toml -o out
ran tag "score the tags"
cmp first.model out/es.model || fail "the model was trained again"
# the gold list of the map changes: only its score
printf 'day\tdía\n' >>s/en-es.test.txt
run 0 run s/demo.toml -o out
ran "score the map"
# a stage whose new output is the old one to the byte lets those after it stand
rm out/es.dev.conll
run 0 run s/demo.toml -o out
ran "translate dev"
# an option of the training changes: what follows from the model
sed -i 's/^epochs = 3/epochs = 2/' s/demo.toml
run 0 run s/demo.toml -o out
ran train tag "score the tags"
finish
