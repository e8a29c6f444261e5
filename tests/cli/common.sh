#!/bin/bash
# What all commands share: help, version, exit statuses, messages of one line.
. "$(dirname "$0")/lib.sh"
run 0 --help
holds stdout "Commands:"
[ -s stderr ] && fail "--help writes to standard error"
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]* \{0,1\}[a-z]*\)  .*/\1/p' stdout | sed 's/ *$//')
[ "$(printf '%s\n' "$commands" | wc -l)" -ge 3 ] || fail "no commands listed"
run 0 man-pages man1
declare -A meaning
while read -r command; do
    # shellcheck disable=SC2086 # a command may be two words
    run 0 $command --help
    # the help: no line over 100 characters, a mark on every option, one letter for one thing in all commands
    long=$(awk 'length > 100' stdout)
    [ -z "$long" ] || fail "$command --help: a line over 100 characters: $long"
    sed -n '/^Usage:/,$p' stdout >options
    unmarked=$(awk '/^  (-.,|   ) --/ { if (option && !marked) print option; option = $0; marked = 0 }
        /\[(required|repeatable|default: )/ { marked = 1 }
        /^ +(-h, --help|--version) / { marked = 1 }
        END { if (option && !marked) print option }' options)
    [ -z "$unmarked" ] || fail "$command --help: options without a mark: $unmarked"
    while read -r letter name; do
        [ "${meaning[$letter]:=$name}" = "$name" ] || fail "-$letter is --$name in $command and --${meaning[$letter]} elsewhere"
    done < <(sed -n 's/^  -\(.\), --\([a-z0-9-]*\).*/\1 \2/p' options)
    # its page says the same
    page=man1/isogloss-${command// /-}.1
    [ -s "$page" ] || fail "no $page"
    while read -r name; do
        grep -qF -- "\\-\\-${name//-/\\-}\\fR" "$page" || fail "$page lacks --$name"
    done < <(sed -n 's/^  \(-., \|    \)--\([a-z0-9-]*\).*/\2/p' options)
    # errors are JSON objects, too
    # shellcheck disable=SC2086
    run 2 $command --no-such-optoin --json
    holds stdout '"message": "unknown option --no-such-optoin"'
    [ "$(tr -d ' \n' <stdout | head -c 10)" = '{"error":{' ] || fail "$command --json: $(head -c 100 stdout)"
    # shellcheck disable=SC2086
    run 0 $command --help
    for text in "Examples:" "Usage: isogloss $command" "[default: 1]" "--json" "--force" "--threads" "--log"; do
        holds stdout "$text"
    done
    # shellcheck disable=SC2086
    run 0 $command --version
    # shellcheck disable=SC2086
    run 2 $command --no-such-optoin
    holds stderr "unknown option --no-such-optoin"
    holds stderr "(see isogloss $command --help)"
    one_line stderr
    # shellcheck disable=SC2086
    run 2 $command --theads 2
    holds stderr "did you mean --threads?"
    [ -s stdout ] && fail "$command: results beside an error"
done <<<"$commands"
run 0 --version
holds stdout "isogloss "
run 2
run 2 ner evla
holds stderr 'did you mean "ner eval"?'
run 2 eval
holds stderr 'did you mean "align eval"?'
run 2 ner
one_line stderr
run 0 ner --help
holds stdout "ner eval"
run 0 help ner eval
holds stdout "Usage: isogloss ner eval"
run 2 --json ner eval
holds stderr "before the command"
for page in man1/*; do
    if command -v mandoc >/dev/null; then
        mandoc -Tlint -W error "$page" >warnings 2>&1
    elif command -v groff >/dev/null; then
        groff -man -Tascii -ww "$page" 2>warnings >/dev/null
    else
        : >warnings
    fi
    [ -s warnings ] && fail "$page: $(head -c 300 warnings)"
done
for shell in bash zsh fish; do
    run 0 completion $shell
    command -v $shell >/dev/null && { $shell -n stdout || fail "completion $shell: a syntax error"; }
done
# an object for success, help, version and failure
for line in "completion bash" "info --help" "info --version"; do
    # shellcheck disable=SC2086
    run 0 $line --json
    [ "$(head -c 1 stdout)" = "{" ] || fail "$line --json: $(head -c 100 stdout)"
done
run 1 info none --json
holds stdout '"kind": "io"'
holds stdout '"file": "none"'
run 2 --json nothing
holds stdout '"error"'
run 0 completion bash
bash -n stdout || fail "the completion is no bash"
got=0
"$isogloss" completion bash >/dev/full 2>stderr || got=$?
[ $got = 1 ] || fail "a full disk: exit $got"
one_line stderr
# a command that only reports writes its report to -o, whole or not at all
run 0 completion bash
cp stdout on-screen
run 0 completion bash -o report
cmp on-screen report || fail "-o: not what is printed"
[ -s stdout ] && fail "-o: something on standard output"
run 2 completion bash -o report
holds stderr "--force"
run 1 completion bash -o no-such-folder/report
run 2 completion fsh -o none
[ -e none ] && fail "a failed command left a report"
run 0 completion bash --log log.jsonl
[ "$(wc -l <log.jsonl)" = 2 ] || fail "log: $(cat log.jsonl)"
holds log.jsonl '"event":"end","exit":0'
# what matters most comes first
first() { # COMMAND OPTION...
    # shellcheck disable=SC2086 # two words
    run 0 $1 --help
    got=$(sed -n '/^Usage:/,$s/^  \(-., \|    \)--\([a-z0-9-]*\).*/\2/p' stdout | head -n $(($# - 1)) | xargs)
    [ "$got" = "$(shift; echo "$@")" ] || fail "$1 --help begins with $got"
}
first "align fit" src tgt seed-dict seed-from
first translate lexicon map src tgt preset
first "ner train" train dev emb
first "ner transfer" mode source train source-emb emb dev
first "ner tag" model format columns
# -o is marked as required where it has no default
for command in "align fit" "align dict" "ner train" "ner transfer"; do
    # shellcheck disable=SC2086 # two words
    run 0 $command --help
    grep -A 1 -e '--out FILE' stdout | grep -q '\[required\]' || fail "$command --help: -o is not marked as required"
done
run 0 ner tag --help
grep -A 1 -e '--out FILE' stdout | grep -q '\[default: standard output\]' || fail "ner tag --help: where output goes"
finish
