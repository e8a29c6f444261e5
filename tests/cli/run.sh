#!/bin/bash
# isogloss run: what is kept, what is run again, and what is said before anything runs.
. "$(dirname "$0")/lib.sh"
mkdir data
printf 'a B-PER B-PER\nb O O\n\nc B-LOC O\n' >data/tags.txt
cat >p.toml <<'END'
[vars]
data = "data"
out = "out"

[[stage]]
name = "score"
run = "ner eval"
in = "${data}/tags.txt"
out = "${out}/report.txt"

[[stage]]
name = "shown"
run = "ner eval"
in = ["data/tags.txt"]
END
run 0 run p.toml --dry-run
holds stderr "[1/2] score (ner eval): would run: not done yet"
[ -e out ] && fail "a dry run leaves something behind"
run 0 run p.toml
holds stderr "[1/2] score (ner eval): runs: not done yet"
holds stdout "== shown (ner eval) =="
holds out/report.txt "FB1:  66.67"
[ -s out/isogloss-run.json ] || fail "no state"
cp out/report.txt first
run 0 run p.toml
holds stderr "score (ner eval): unchanged, kept"
holds stdout "FB1:  66.67"
lacks stderr "runs:"
run 0 run p.toml --json -q
[ -s stderr ] && fail "-q is not quiet: $(cat stderr)"
holds stdout '"status": "kept"'
holds stdout '"f1": 66.66666667'
echo mine >>out/report.txt
run 2 run p.toml
holds stderr "out/report.txt: output file already exists, and has changed since this project wrote it"
holds out/report.txt mine
run 0 run p.toml --force
cmp -s out/report.txt first || fail "the report was not made again"
rm out/report.txt
run 0 run p.toml -n
holds stderr "would run: out/report.txt is missing"
printf 'd O O\n' >>data/tags.txt
run 0 run p.toml
holds stderr "score (ner eval): runs: data/tags.txt changed"
holds stderr "shown (ner eval): runs: data/tags.txt changed"
run 0 run p.toml --seed 2
holds stderr "runs: seed changed"
run 0 run p.toml --seed 2 --force
holds stderr "runs: --force"
echo '{' >out/isogloss-run.json
run 0 run p.toml
holds stderr "is damaged"
holds stderr "runs: not done yet"
# from another folder, with other data and another place for the results
mkdir else else/data
printf 'a B-PER B-PER\n' >else/data/tags.txt
cd else || exit 1
run 0 run ../p.toml --set data=data -o there
holds there/report.txt "FB1: 100.00"
run 2 run ../p.toml --set data
holds stderr "expected NAME=VALUE"
cd ..

# mistakes are found before anything runs, with their lines
bad() { # EXIT MESSAGE, file on standard input
    cat >bad.toml
    run "$1" run bad.toml
    holds stderr "$2"
    one_line stderr
    [ -e wrong ] && fail "something ran"
}
good='[[stage]]
name = "first"
run = "ner eval"
in = "data/tags.txt"
out = "wrong"
[[stage]]'
bad 3 'bad.toml:7: "ner evil" cannot be a stage; did you mean "ner eval"?' <<<"$good
run = \"ner evil\""
bad 3 'bad.toml:8: "sed" is not an option of ner eval; did you mean "seed"?' <<<"$good
run = \"ner eval\"
sed = 1"
bad 3 'bad.toml:8: --seed: "x"' <<<"$good
run = \"ner eval\"
seed = \"x\""
bad 3 'bad.toml:6: no argument given' <<<"$good
run = \"ner eval\""
bad 1 'needs data/none.txt, which does not exist' <<<"$good
run = \"ner eval\"
in = \"data/none.txt\""
bad 3 'bad.toml:8: unknown variable "${nothing}"' <<<"$good
run = \"ner eval\"
in = \"\${nothing}/x\""
bad 3 'bad.toml:8: "json" is not allowed in a stage; give --json to isogloss run' <<<"$good
run = \"ner eval\"
json = true"
bad 3 'duplicate stage "first"' <<<"$good
run = \"ner eval\"
name = \"first\""
bad 3 'stage without a command' <<<"$good
name = \"x\""
bad 3 'bad.toml:1: unknown table or key "stages"' <<<'[[stages]]'
bad 3 '"stage" must be written as [[stage]]' <<<'[stage]'
bad 3 'no stages' </dev/null
bad 3 'cannot be a stage' <<<'[[stage]]
run = "run"'
bad 3 'bad.toml:2: a string without its end' <<<'[vars]
x = "y'
printf 'x' >mine
bad 2 'mine: output file already exists, and this project did not write it' <<<'[[stage]]
run = "ner eval"
in = "data/tags.txt"
out = "mine"'
[ "$(cat mine)" = x ] || fail "mine was touched"
bad 3 'bad.toml:2: unknown key "nmae" in [project]; did you mean "name"?' <<<'[project]
nmae = "x"'
# files are what the option table says they are, whatever their names and texts
printf 'x\n' >small
printf '[[stage]]\nrun = "ner train"\ntrain = "data/tags.txt"\nemb = "nowhere.vec"\npreset = "small"\nout = "m"\n' >emb.toml
run 1 run emb.toml --dry-run
holds stderr "needs nowhere.vec, which does not exist"
printf '[[stage]]\nrun = "ner train"\ntrain = "data/tags.txt"\npreset = "small"\nset = "epochs=1"\nout = "m"\n' >preset.toml
run 0 run preset.toml
echo y >>small
run 0 run preset.toml
holds stderr "unchanged, kept"
# a name that the project neither defines nor uses; a flag from a variable
run 2 run p.toml --set dta=data
holds stderr '--set: the project has no variable "dta"; did you mean "data"?'
cat >flag.toml <<'END'
[vars]
raw = false
[[stage]]
run = "ner eval"
raw = "${raw}"
in = "data/tags.txt"
END
run 0 run flag.toml
run 0 run flag.toml --set raw=true
holds stderr "runs: raw changed"
run 3 run flag.toml --set raw=maybe
holds stderr 'flag.toml:5: --raw: "maybe"; expected true or false'
# a stage that fails says which one it was; what was done before is kept
printf 'only-one-column\n' >data/short.txt
cat >late.toml <<'END'
[[stage]]
name = "good"
run = "ner eval"
in = "data/tags.txt"
[[stage]]
name = "bad one"
run = "ner eval"
in = "data/short.txt"
END
run 3 run late.toml
holds stderr 'data/short.txt:1'
holds stderr '(stage "bad one", ner eval)'
run 3 run late.toml
holds stderr "good (ner eval): unchanged, kept"
finish
