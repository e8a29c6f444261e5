#!/bin/bash
# resources/doc/security.md, sentence by sentence: what a stranger's project, model, map and corpus cannot do.
page=$(realpath "$(dirname "$0")/../../resources/doc/security.md")
old=$(realpath "$(dirname "$0")/../old/0.1")
. "$(dirname "$0")/lib.sh"
[ -s "$page" ] || fail "no $page"
mkdir -p home/project home/project/sub && cd home/project || exit 1
printf 'a B-PER\nb O\n\n' >t.conll
stage() { # OUT [MORE LINES]
    printf '[[stage]]\nname = "s"\nrun = "convert"\nin = "t.conll"\nfrom = "conll"\nto = "conll"\nscheme = "bioes"\nout = "%s"\n%s\n' "$1" "${2:-}"
}
refused() { # TEXT OPTION...: exit 2, its text, and the file stays
    local text=$1
    shift
    run 2 run p.toml "$@"
    holds stderr "$text"
    [ "$(cat ../mine)" = mine ] || fail "../mine was touched"
}
echo mine >../mine
only='the project may only write to its output folder'
# outside the folder: .., absolute, by a link to a folder or a file; new files as well
stage ../mine >p.toml
refused "$only"
refused "$only" --force
stage "$(realpath ..)/new" >p.toml
refused "$only"
stage sub/../../new >p.toml
refused "$only"
ln -s .. up
stage up/new >p.toml
refused "$only"
ln -s ../mine link
stage link >p.toml
refused "$only" --force
[ -e ../new ] && fail "a new file outside"
stage .hidden >p.toml
refused "the project may not write to hidden files"
stage new/.ssh/config >p.toml
refused "the project may not write to hidden files"
# the output folder is the project's to choose only inside its own folder
{ printf '[vars]\nout = "../else"\n' && stage '${out}/x'; } >p.toml
refused "the project's output folder lies outside"
run 0 run p.toml -o ../else
[ -s ../else/x ] || fail "-o"
{ printf '[vars]\nout = "results"\n' && stage elsewhere; } >p.toml
refused "$only"
# what the user says goes
stage ../new >p.toml
run 0 run p.toml --allow-outside
[ -s ../new ] || fail "--allow-outside"
stage ../mine >p.toml
run 2 run p.toml --allow-outside
holds stderr "this project did not write it"
[ "$(cat ../mine)" = mine ] || fail "../mine was touched"
# files of others stay, whatever a state file says, and whichever option names them
cp t.conll kept
stage first >p.toml
run 0 run p.toml
sum=$(sed -n 's/.*"t.conll": "\([0-9a-f]*\)".*/\1/p' p.toml.isogloss-run.json | head -n 1)
[ -n "$sum" ] || fail "no checksum in the state"
for state in '{"stages": {"x": {"outputs": {"kept": "'"$sum"'"}}}}' '{"stages": {"s": {"outputs": {"kept": "'"$sum"'"}}}}'; do
    stage kept >p.toml
    echo "$state" >p.toml.isogloss-run.json
    refused "kept: output file already exists, and this project did not write it"
done
for option in report trace; do
    printf 'a\tx\n' >lex
    printf '[[stage]]\nrun = "translate"\nlexicon = "lex"\nin = "t.conll"\nout = "o"\n%s = "kept"\n' $option >p.toml
    refused "kept: output file already exists"
done
printf '[[stage]]\nrun = "ner eval"\nin = ["t.conll", "t.conll"]\nconfusion = "kept"\n' >p.toml
refused "kept: output file already exists"
printf '[[stage]]\nrun = "ner train"\ntrain = "t.conll"\nout = "m"\nset = "epochs=1"\n' >p.toml
echo mine >m.checkpoint
refused "m.checkpoint: output file already exists"
rm m.checkpoint
run 0 run p.toml
for ending in ifo idx dict; do
    printf '[[stage]]\nrun = "align dict"\nmap = "t.conll"\nsrc = "t.conll"\ntgt = "t.conll"\nformat = "stardict"\nout = "star"\n' >p.toml
    echo mine >star.$ending
    refused "star.$ending: output file already exists"
    rm star.$ending
done
cmp -s t.conll kept || fail "kept was touched"
ln -s ../mine p.toml.isogloss-run.json.new && mv p.toml.isogloss-run.json.new p.toml.isogloss-run.json
stage fresh >p.toml
refused "the project's state leads elsewhere"
rm p.toml.isogloss-run.json
# what it wrote itself it may replace, until somebody else changes it
run 0 run p.toml
echo 'c O' >>t.conll
run 0 run p.toml
echo mine >>fresh
echo 'd O' >>t.conll
refused "fresh: output file already exists, and has changed since this project wrote it"
# without a place for the ledger: never an overwrite, and a warning
rm fresh
XDG_STATE_HOME='' HOME='' run 0 run p.toml
holds stderr "cannot note which files this project wrote"
rm p.toml.isogloss-run.json
run 2 run p.toml
# a run that was killed does not lock itself out
stage killed >p.toml
run 0 run p.toml
for ledger in "$XDG_STATE_HOME"/isogloss/projects/*; do
    sed -i 's/\(killed": \)"[0-9a-f]*"/\1null/' "$ledger"
done
rm p.toml.isogloss-run.json
run 0 run p.toml
cd "$tmp" || exit 1

# terminals: escapes in words, tags, names of files and stages
printf 'w\033[2J \033[31mB-X\n' >esc
"$isogloss" check esc >stdout 2>stderr
terminal=1
script -qec true /dev/null >shown 2>&1 || terminal= # a bare chroot: no /dev/pts
[ $terminal ] || echo "skipped: what a terminal gets; there are no pseudo-terminals here"
if [ $terminal ]; then
    script -qec "'$isogloss' check esc" /dev/null >shown 2>&1
    LC_ALL=C grep -q $'\033\[31m\|\033\[2J' shown && fail "escapes of a corpus reach the terminal"
    holds shown '\x1b[31mB-X'
fi
# what writes words and tags: escaped on a terminal, byte for byte in a pipe
printf 'w\033[2J O\nx\302\233 B-\342\200\256\n\n' >esc.conll
printf 'w\033[2J x\n' >esc.txt
printf 'w\033[2J\tx\033[31m\n' >esc.tsv
printf '{"text": "w\302\2332J \342\200\256x", "entities": []}\n' >esc.jsonl
while read -r line; do
    if [ $terminal ]; then
        eval "script -qec \"'$isogloss' $line -q\" /dev/null" </dev/null >shown 2>&1
        LC_ALL=C grep -q $'\033\|\302\233\|\342\200\256' shown && fail "escapes reach the terminal: $line"
        grep -q '\\x1b\|\\u009b\|\\u202e' shown || fail "nothing escaped: $line: $(head -c 300 shown)"
    fi
    eval "'$isogloss' $line -q" >stdout 2>stderr </dev/null || fail "$line"
    LC_ALL=C grep -q $'\033\|\302\233\|\342\200\256\|u001b' stdout || fail "other bytes in a pipe: $line"
done <<END
ner tag --model '$old/tagger.model' esc.conll
ner tag --model '$old/tagger.model' --format text esc.txt
ner tag --model '$old/tagger.model' --format jsonl esc.jsonl
ner pseudo --model '$old/tagger.model' --min-probability 0 esc.conll -o -
translate --lexicon esc.tsv esc.conll -o -
convert --scheme bioes esc.conll -o -
convert --to jsonl esc.conll -o -
END
run 1 info $'no\033]0;title\007such'
holds stderr 'no\x1b]0;title\x07such'
printf '[[stage]]\nname = "\\u001b[31m\\u202ex"\nrun = "ner eval"\nin = "esc"\n' >name.toml
"$isogloss" run name.toml >stdout 2>stderr
LC_ALL=C grep -q $'\033' stderr && fail "escapes of a stage's name reach the terminal"
holds stderr '\x1b[31m\u202ex'

# time: an input without an end
cat >zero.toml <<'END'
[[stage]]
run = "ner eval"
in = "/dev/zero"
END
for signal in INT TERM; do
    "$isogloss" run zero.toml >stdout 2>stderr &
    sleep 0.3
    kill -$signal $!
    start=$(date +%s%N)
    got=0
    wait $! || got=$?
    [ $(($(date +%s%N) - start)) -lt 2000000000 ] || fail "/dev/zero: not within a second of SIG$signal"
    [ $got = 130 ] || [ $got = 3 ] || fail "/dev/zero: exit $got"
done
finish
