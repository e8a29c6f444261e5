#!/bin/sh
# Usage: self.sh ROOT CC...: the other scripts here find what is planted for them, and nothing in a clean tree.
lint=$1/tests/lint
shift
tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/src" "$tree/align" "$tree/ner" "$tree/tools" "$tree/translate"
bad=0
expect() { # STATUS SCRIPT ARG...
    want=$1 script=$2
    shift 2
    "$lint/$script.sh" "$tree" "$@" >/dev/null 2>&1
    got=$?
    [ "$got" = "$want" ] || {
        echo "$script.sh gave $got, not $want, with $planted"
        bad=1
    }
}
plant() { # SCRIPT FILE TEXT
    planted="$2: $3"
    printf "$3" >"$tree/$2"
    expect 1 "$1"
    rm "$tree/$2"
    expect 0 "$1"
}
planted="an empty tree"
expect 0 layers
expect 0 text
plant layers align/a.c '#include "ner/ner.h"\n'
plant layers align/a.c '#include "src/mem.h"\n'
plant layers src/a.c '#include "align/align.h"\n'
plant layers ner/a.c '#include "translate/translate.h"\n'
plant layers translate/a.c '#include "align/private.h"\n'
plant layers tools/a.c '  #  include "../src/mem.h"\n'
plant layers ner/a.c '#include <cblas.h>\n'
plant layers align/a.c '#include <pcre2.h>\n'
plant layers tools/a.c '#include <utf8proc.h>\n'
plant layers ner/a.c '#include <faiss/c_api/Index_c.h>\n'
plant text src/a.c 'int x; \n'
plant text src/a.c '\tint x;\n'
plant text src/a.c 'int x;'
plant text src/a.c '// /home''/me/data\n'
planted="a header that needs another"
echo 'size_t f(void);' >"$tree/src/a.h"
expect 1 headers "$@"
planted="a header that can stand twice"
printf '#ifndef A\n#define A\n#include <stddef.h>\nsize_t f(void);\nstruct a {\n    int x;\n};\n#endif\n' >"$tree/src/a.h"
expect 0 headers "$@"
exit $bad
