#!/bin/sh
# Usage: text.sh ROOT: no trailing blanks, a newline at the end, no tabs in C, no paths of one machine.
cd "$1" || exit 2
bad=0
complain() {
    [ -z "$1" ] || {
        printf '%s:\n%s\n' "$2" "$1"
        bad=1
    }
}
files=$(find . \( -name '.git' -o -name 'build*' -o -name .deps \) -prune -o -type f \
    \( -name '*.[ch]' -o -name '*.cpp' -o -name '*.sh' -o -name '*.py' -o -name '*.md' -o -name 'meson*' -o -name '*.toml' \
    -o -path './tools/*' -o -path './.ci/*' \) ! -path './tests/fuzz/corpus/*' ! -path '*/golden/*' ! -path '*/__pycache__/*' -print)
# shellcheck disable=SC2086
complain "$(grep -nE '[[:blank:]]+$' $files /dev/null)" "trailing blanks"
# shellcheck disable=SC2086
complain "$(grep -nP '\t' $(printf '%s\n' $files | grep '\.[ch]$') /dev/null)" "tabs"
complain "$(for f in $files; do [ -z "$(tail -c 1 "$f")" ] || echo "$f"; done)" "no newline at the end"
# shellcheck disable=SC2086
complain "$(grep -nE '(^|[^A-Za-z0-9_.])/(home|root|Users|work|workspace|workspaces|mnt|data)/' $files /dev/null |
    grep -v '^./tests/lint/text.sh:')" "a path of somebody's machine"
exit $bad
