#!/bin/bash
# Too little memory: exit 1 with one line, and an end; without address space OpenBLAS tries for ever.
sample=$(realpath "$(dirname "$0")/../../resources/sample")
. "$(dirname "$0")/lib.sh"
# limited KIB EXIT ARGUMENT...
limited() {
    local kib=$1 want=$2 got=0
    shift 2
    (ulimit -v "$kib" && exec timeout 20 "$isogloss" "$@") >stdout 2>stderr </dev/null || got=$?
    [ "$got" = "$want" ] || fail "isogloss $* with $kib KiB: exit $got, not $want: $(head -c 300 stderr)"
}
"$isogloss" --version >/dev/null && nm "$isogloss" 2>/dev/null | grep -q __asan_init && exit 0 # its shadow alone is terabytes
limited 200000 0 --version
holds stdout "isogloss "
limited 200000 1 align fit --threads 2 --src "$sample/en.vec.gz" --tgt "$sample/es.vec.gz" \
    --seed-dict "$sample/en-es.seed.txt" -o m.map
holds stderr "no memory for"
[ -e m.map ] && fail "a map without memory"
# in between: it works, or says what it has no memory for; never without an end
for kib in 400000 450000 600000 900000; do
    got=0
    (ulimit -v $kib && exec timeout 20 "$isogloss" align fit --threads 2 --src "$sample/en.vec.gz" --tgt "$sample/es.vec.gz" \
        --max-vocab 1000 --method procrustes --seed-dict "$sample/en-es.seed.txt" -q --force -o m.map) \
        >stdout 2>stderr </dev/null || got=$?
    if [ $got = 1 ]; then
        one_line stderr
        holds stderr "no memory for"
    elif [ $got != 0 ]; then
        fail "align fit with $kib KiB: exit $got: $(head -c 300 stderr)"
    fi
done
# results go somewhere: what cannot be written is said
if [ -w /dev/full ]; then
    for what in --help --version help; do
        got=0
        "$isogloss" $what >/dev/full 2>stderr || got=$?
        [ $got = 1 ] || fail "$what to a full disk: exit $got"
    done
fi
finish
