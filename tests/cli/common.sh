#!/bin/bash
# What all commands share: help, version, exit statuses, messages of one line.
. "$(dirname "$0")/lib.sh"
run 0 --help
holds stdout "Commands:"
[ -s stderr ] && fail "--help writes to standard error"
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]* \{0,1\}[a-z]*\)  .*/\1/p' stdout | sed 's/ *$//')
[ "$(printf '%s\n' "$commands" | wc -l)" -ge 3 ] || fail "no commands listed"
while read -r command; do
    # shellcheck disable=SC2086 # a command may be two words
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
finish
