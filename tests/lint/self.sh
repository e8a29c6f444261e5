#!/bin/sh
# Usage: self.sh ROOT CC...: the other scripts here find what is planted for them, and nothing in a clean tree.
lint=$1/tests/lint
shift
tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/src" "$tree/align" "$tree/ner/engine" "$tree/ner/data" "$tree/ner/train" "$tree/tools" "$tree/translate/lm"
bad=0
expect() { # STATUS SCRIPT ARG...
    want=$1 script=$2
    shift 2
    if [ -e "$lint/$script.sh" ]; then
        "$lint/$script.sh" "$tree" "$@" >/dev/null 2>&1
    else
        python3 "$lint/$script.py" "$tree" "$@" >/dev/null 2>&1
    fi
    got=$?
    [ "$got" = "$want" ] || {
        echo "$script gave $got, not $want, with $planted"
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
plant layers ner/engine/a.c '#include "translate/translate.h"\n'
plant layers translate/a.c '#include "align/private.h"\n'
plant layers tools/a.c '  #  include "../src/mem.h"\n'
plant layers ner/engine/a.c '#include <cblas.h>\n'
plant layers align/a.c '#include <pcre2.h>\n'
plant layers tools/a.c '#include <utf8proc.h>\n'
plant layers ner/engine/a.c '#include <faiss/c_api/Index_c.h>\n'
plant layers ner/engine/a.c '#include "ner/data/corpus.h"\n'
plant layers ner/train/a.c '#include "ner/ner.h"\n'
plant layers translate/lm/a.c '#include "translate/translate.h"\n'
plant layers ner/other.c 'int x;\n'
plant layers src/a.c '#include "src/isg.h"\n'
planted="a circle of headers"
printf '#include "ner/data/b.h"\n' >"$tree/ner/data/a.h"
printf '#include "ner/data/a.h"\n' >"$tree/ner/data/b.h"
expect 1 layers
rm "$tree/ner/data/a.h" "$tree/ner/data/b.h"
plant style src/a.c 'int x;\n'
plant style src/a.c '/* Text. */\nvoid f(void)\n{\n    char *t = json_dumps(o, 0);\n    free(t);\n}\n'
plant style src/a.h '/** @file src/b.h  Wrong. */\n'
planted="a body of 61 lines"
{
    printf '/* Long. */\nint f(void)\n{\n'
    seq 61 | sed 's/.*/    ;/'
    echo '}'
} >"$tree/src/a.c"
expect 1 style
rm "$tree/src/a.c"
expect 0 style
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
