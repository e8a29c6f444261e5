#!/bin/sh
# Usage: headers.sh ROOT CC...: each header compiles alone, twice in a row.
cd "$1" || exit 2
shift
bad=0
for header in $(find src align translate ner tools -name '*.h' 2>/dev/null); do
    printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
        "$@" -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -I . -I tools/library -x c - || {
        echo "$header does not compile alone"
        bad=1
    }
done
exit $bad
