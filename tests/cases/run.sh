#!/bin/bash
# run.sh PROGRAM CASE: inputs that once went wrong. Runs CASE/cmd.sh ($ISO is the program) in a copy of CASE, and holds
# what it prints, errors too, against CASE/expected.txt:  a line "has: TEXT" must be in it, one "lacks: TEXT" must not;
# "line: TEXT" is a whole line of it; "#" explains.
set -u
program=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r "$2" "$folder/case" && cd "$folder/case" || exit 1
ISO=$program sh cmd.sh >../output 2>&1 </dev/null
bad=0
checks=0
while IFS= read -r line; do
    text=${line#*: }
    case $line in
    "has: "*) grep -qF -- "$text" ../output || bad=1 ;;
    "line: "*) grep -qxF -- "$text" ../output || bad=1 ;;
    "lacks: "*) ! grep -qF -- "$text" ../output || bad=1 ;;
    "#"* | "") continue ;;
    *) bad=1 ;;
    esac
    checks=$((checks + 1))
    [ $bad = 0 ] || break
done <expected.txt
if [ $bad = 1 ] || [ $checks = 0 ]; then
    printf 'expected.txt: %s\n--- printed:\n' "$line"
    cat ../output
    exit 1
fi
