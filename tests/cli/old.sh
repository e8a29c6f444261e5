#!/bin/bash
# Files that version 0.1 wrote are read, and mean what they meant.
old=$(realpath "$(dirname "$0")/../old/0.1")
. "$(dirname "$0")/lib.sh"
run 0 info "$old/map.safetensors"
holds stdout "procrustes"
run 0 align apply --map "$old/map.safetensors" --src "$old/vectors.isgv" -o applied.vec
# "the" in the common space, as 0.1 computed it; to 1e-4, since processors round differently
sed -n '2p' applied.vec | awk '{split("-0.462672 0.444263 0.737981 0.209639", want, " "); for (i = 1; i <= 4; i++) if (($(i + 1) - want[i]) ^ 2 > 1e-8) exit 1}' ||
    fail "other vectors: $(sed -n 2p applied.vec)"
run 0 convert --to vec -o old.vec "$old/vectors.isgv"
[ "$(sed -n '1,2p' old.vec)" = "40 4
the -0.04 -0.24 0.73 -0.4" ] || fail "vectors: $(head -2 old.vec)"
run 0 translate lm ppl "$old/language.lm" "$old/text.txt"
holds stdout "perplexity 4.04"
printf 'Carla\nlives\nin\nOslo\n.\n' >in.txt
run 0 ner tag --model "$old/tagger.model" in.txt
[ "$(cut -d' ' -f2 stdout | tr '\n' ' ')" = "B-PER O O B-LOC O " ] || fail "tags: $(cat stdout)"
run 0 info "$old/tagger.model"
holds stdout "0.1.0"
run 0 ner card --model "$old/tagger.model"
finish
