#!/bin/bash
# Usage: installed.sh BUILD SOURCE CC...: installs into a scratch folder; what is there is complete, and the examples compile
# against it by pkg-config, shared and static, and do what they say.
set -u
build=$1 source=$2
shift 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
fail() {
    echo "FAILED: $*"
    exit 1
}
meson install -C "$build" --no-rebuild --destdir "$scratch/dest" >"$scratch/log" 2>&1 || {
    cat "$scratch/log"
    fail "meson install"
}
pc=$(find "$scratch/dest" -name isogloss.pc)
[ -n "$pc" ] || fail "no isogloss.pc"
export PKG_CONFIG_PATH=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$scratch/dest
for file in bin/isogloss include/isogloss/isogloss.h share/man/man1/isogloss-align-fit.1 \
    share/bash-completion/completions/isogloss.bash share/zsh/site-functions/_isogloss; do
    find "$scratch/dest" -path "*/$file" | grep -q . || fail "no $file is installed"
done
lib=$(dirname "$(find "$scratch/dest" -name libisogloss.so)")
[ -L "$lib/libisogloss.so.0" ] || fail "no libisogloss.so.0"
[ -f "$lib/libisogloss.a" ] || fail "no libisogloss.a"
[ "$(pkg-config --modversion isogloss)" = "$("$build/isogloss" --version | sed -n '1s/isogloss //p')" ] || fail "another version"

# The headers alone, in C and in C++.
for header in "$source"/tools/library/isogloss/*.h; do
    for language in c c++; do
        echo "#include <isogloss/${header##*/}>" >"$scratch/header.$language"
        # shellcheck disable=SC2046
        "$@" -x $language -Wall -Wextra -Wpedantic -Werror -fsyntax-only $(pkg-config --cflags isogloss) \
            "$scratch/header.$language" || fail "${header##*/} in $language"
    done
done
for example in "$source"/tests/examples/*.c; do
    # shellcheck disable=SC2046
    "$@" -std=c11 -Wall -Wextra -Werror "$example" -o "$scratch/$(basename "$example" .c)" \
        $(pkg-config --cflags --libs isogloss) || fail "compiling $example"
done
export LD_LIBRARY_PATH=$lib
sample=$source/resources/sample
cd "$scratch" || exit 2
./vectors "$sample/en.vec.gz" ten.vec || fail vectors
[ "$(head -n 1 ten.vec)" = "10 $(gzip -dc "$sample/en.vec.gz" | sed -n '1s/.* //p')" ] || fail "ten.vec: $(head -n 1 ten.vec)"
./vectors "$sample/en.vec.gz" ten.vec 2>message && fail "an existing file was overwritten"
grep -q 'ten.vec' message || fail "message: $(cat message)"
for language in en es; do # a thousand words are enough here
    gzip -dc "$sample/$language.vec.gz" | sed -n '1s/^[0-9]*/1000/;1,1001p' >$language.vec
done
./translate_word en.vec es.vec "$sample/en-es.seed.txt" president city >words || fail translate_word
grep -q "^president	1	presidente	" words && [ "$(wc -l <words)" = 6 ] || fail "words: $(cat words)"
"$build/isogloss" align fit -q --src en.vec --tgt es.vec --seed-dict "$sample/en-es.seed.txt" -o map \
    >/dev/null || fail "align fit"
"$build/isogloss" align lookup -q -k 3 --map map --src en.vec --tgt es.vec president city >same ||
    fail "align lookup"
cmp words same || fail "the library translates otherwise than the program"
text='Ana vive en Madrid, y Juan en Lima. Ayer llegó el señor Müller.'
./tag_string "$source/tests/old/0.1/tagger.model" "$text" >entities || fail tag_string
echo "$text" | "$build/isogloss" ner tag -q --model "$source/tests/old/0.1/tagger.model" --format text - |
    python3 -c 'import json, sys
for e in json.loads(sys.stdin.read().split("\t")[1]):
    print("%s\t%.3f\t%d\t%d\t%s" % (e["type"], e["score"], e["start"], e["end"], e["text"]))' >same
cmp entities same || fail "the library tags otherwise than the program"
./tag_string "$scratch/no.model" x 2>message && fail "a model that is not there"
grep -q no.model message || fail "message: $(cat message)"

# The static library, with the shared ones of other packages.
# shellcheck disable=SC2046
"$@" -std=c11 "$source/tests/examples/vectors.c" -o vectors-static \
    $(pkg-config --cflags --libs isogloss | sed 's/-lisogloss/-l:libisogloss.a/') $(sed -n 's/^Libs.private: //p' "$pc" |
    sed "s@\${libdir}@$lib@") \
    $(pkg-config --libs $(sed -n 's/^Requires.private: //p' "$pc" | tr , ' ')) || fail "static linking"
./vectors-static "$sample/en.vec.gz" ten-static.vec || fail vectors-static
cmp ten.vec ten-static.vec || fail "the static library writes other bytes"
echo "installed: all good"
