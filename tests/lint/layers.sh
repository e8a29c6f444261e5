#!/bin/sh
# Usage: layers.sh ROOT. Who may include whom: tools -> translate -> align -> src and tools -> ner -> src; from another
# folder only its one public header; a foreign library's header only in the file that wraps it.
cd "$1" || exit 2
bad=0
complain() {
    [ -z "$1" ] || {
        printf '%s:\n%s\n' "$2" "$1"
        bad=1
    }
}
includes() { # FOLDER REGEX: lines that include what matches
    grep -rnE --include='*.[ch]' --include='*.cpp' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[\"<]($2)" "$1" 2>/dev/null
}
check() { # FOLDER ALLOWED-REGEX
    complain "$(includes "$1" '(src|align|translate|ner|tools|tests)/' | grep -vE "include[[:space:]]*\"($2)\"")" \
        "$1/ may not include"
}
check src 'src/[^"]*'
check align 'align/[^"]*|src/isg\.h'
check ner 'ner/[^"]*|src/isg\.h'
check translate 'translate/[^"]*|align/align\.h|src/(isg|reserve)\.h'
check tools 'tools/[^"]*|translate/translate\.h|align/align\.h|ner/ner\.h|src/(isg|reserve)\.h'
complain "$(includes . '\.\./')" "include by the path from the root, not by ../"
folders=$(ls -d src align translate ner tools 2>/dev/null)
only() { # HEADER-REGEX FILE
    # shellcheck disable=SC2086
    complain "$(for f in $folders; do includes "$f" "$1"; done | grep -v "^$2:")" "only $2 includes this"
}
only 'cblas\.h|lapacke?\.h' src/blas.c
only 'pcre2\.h' src/pattern.c
only 'utf8proc\.h' src/utf8.c
only 'unicode/[a-z]*\.h' translate/icu.c
# shellcheck disable=SC2086
faiss=$(for f in $folders; do includes "$f" 'faiss/'; done | cut -d: -f1 | sort -u)
if [ "$(printf '%s\n' "$faiss" | wc -l)" -gt 1 ] || printf '%s\n' "$faiss" | grep -qvE '^(align/.*)?$'; then
    complain "$faiss" "FAISS is for one file in align/"
fi
exit $bad
