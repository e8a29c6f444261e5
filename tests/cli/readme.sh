#!/bin/bash
# The pages tell the truth about the program: each command is in the README's table, and the examples of the README and of
# resources/doc use options that exist.
readme=$(realpath "$(dirname "$0")/../../README.md")
pages=("$readme" "$(dirname "$readme")"/resources/doc/*.md)
. "$(dirname "$0")/lib.sh"
run 0 --help
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]* \{0,1\}[a-z]*\)  .*/\1/p' stdout | sed 's/ *$//')
while read -r command; do
    grep -q "^|.*\`$command\`.*|" "$readme" || fail "the table of commands lacks \"$command\""
done <<<"$commands"

# Examples: each line of a shell block that calls the program, lines that go on joined.
seen=0
while read -r line; do
    line=${line#*isogloss }
    command=$(printf '%s\n' "$commands" | awk -v line="$line " 'index(line, $0 " ") == 1 && length > length(best) { best = $0 } END { print best }')
    [ -n "$command" ] || {
        case $line in
        COMMAND* | --*) continue ;;
        esac
        fail "no such command: isogloss $line"
        continue
    }
    # shellcheck disable=SC2086 # a command may be two words
    run 0 $command --help
    for option in $(grep -oE ' --?[a-z][a-z-]*' <<<"${line%%|*}" | tr -d ' '); do
        seen=$((seen + 1))
        grep -qE -- "(^|[ ,])$option([ ,]|$)" stdout || fail "isogloss $command has no $option"
    done
done < <(cat "${pages[@]}" | sed -n '/^```sh/,/^```$/p' | sed -e ':a' -e '/\\$/N; s/\\\n */ /; ta' | grep -E '(^|\| )isogloss ')
[ $seen -ge 20 ] || fail "only $seen options found: have the pages lost their examples?"
finish
