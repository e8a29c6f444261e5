# Sourced by the tests: $1 is the program. Each test runs in a folder of its own; the last line counts.
set -u
isogloss=$(realpath "$1")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
export XDG_STATE_HOME=$tmp/state
failures=0
fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}
# run EXIT ARGUMENT...: output goes to ./stdout and ./stderr
run() {
    local want=$1 got=0
    shift
    "$isogloss" "$@" >stdout 2>stderr </dev/null || got=$?
    [ "$got" = "$want" ] || fail "isogloss $*: exit $got, not $want: $(head -c 300 stderr)"
}
# holds FILE TEXT: the file has the text
holds() {
    grep -qF -- "$2" "$1" || fail "$1 has no \"$2\": $(head -c 300 "$1")"
}
lacks() {
    ! grep -qF -- "$2" "$1" || fail "$1 has \"$2\""
}
# is_xml FILE: well-formed
is_xml() {
    python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$1" || fail "$1 is not XML"
}
one_line() {
    [ "$(wc -l <"$1")" = 1 ] || fail "$1 is not one line: $(head -c 300 "$1")"
}
finish() {
    [ $failures = 0 ] && echo "all as expected"
    exit $((failures > 0))
}
