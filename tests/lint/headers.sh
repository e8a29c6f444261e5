#!/bin/sh
# Usage: headers.sh ROOT CC...: each header compiles alone, twice in a row.
cd "$1" || exit 2
shift
bad=0
for header in src/*.h align/*.h translate/*.h ner/*.h tools/*.h; do
    [ -e "$header" ] || continue
    printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
        "$@" -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -I . -x c - || {
        echo "$header does not compile alone"
        bad=1
    }
done
exit $bad
