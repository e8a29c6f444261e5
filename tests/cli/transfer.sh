#!/bin/bash
# isogloss ner transfer: every mode gives a plain tagger, the same for any number of threads; parts and errors.
sample=$(realpath "$(dirname "$0")/../../resources/sample")
. "$(dirname "$0")/lib.sh"
tag_of() { # a tiny corpus of one type a sentence: NAMES TAG
    local w
    for w in $1; do
        printf 'in O\n%s %s\n. O\n\n' "$w" "$2"
    done
}
tensors_of() { # one line a tensor of a safetensors file: name and checksum of its bytes
    python3 - "$1" <<'END'
import hashlib, json, struct, sys
with open(sys.argv[1], "rb") as f:
    head = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
    data = f.read()
for name, t in sorted(head.items()):
    if name != "__metadata__":
        a, b = t["data_offsets"]
        print(name, hashlib.sha256(data[a:b]).hexdigest())
END
}
{ tag_of "Paris London Rome Oslo" B-LOC; tag_of "Anna Bert Carla" B-PER; } >source.conll
{ tag_of "Roma Oslo" B-LOC; tag_of "Ana" B-PER; } >target.conll
fast=(--set epochs=2 --set hidden=8 --set char_filters=8 --set word_dim=8 --set batch=2
    --epoch-batches 4 --source source.conll --train target.conll -q)
first=(--pretrain-epochs 2)
for mode in base init mult mult-init at datnet-f datnet-p translate; do
    case $mode in init | mult-init | translate) more=("${first[@]}") ;; *) more=() ;; esac
    run 0 ner transfer --mode $mode "${fast[@]}" "${more[@]}" --threads 1 -o $mode.one
    run 0 ner transfer --mode $mode "${fast[@]}" "${more[@]}" --threads 2 -o $mode.two
    cmp -s $mode.one $mode.two || fail "$mode: 1 and 2 threads give different models"
    run 0 ner tag --model $mode.one target.conll -q
    [ "$(wc -l <stdout)" = "$(wc -l <target.conll)" ] || fail "$mode: lines out differ from lines in"
done
# with real vectors: word adaptation and its layers
head -60 "$sample/es.test.conll" >es.conll
head -200 "$sample/en.train.conll" >en.conll
adapt=(--mode adapt --source en.conll --source-emb "$sample/en.vec.gz" --train es.conll --emb "$sample/es.vec.gz"
    --set epochs=1 --set hidden=8 --pretrain-epochs 1 --epoch-batches 2 -q)
run 0 ner transfer "${adapt[@]}" -o adapt.model
run 0 info --json adapt.model
holds stdout '"sal.0.fw.wx'
holds stdout '"oal.0.fw.wx'
run 0 ner transfer "${adapt[@]}" --set adapt_residual=true -o residual.model
cmp -s adapt.model residual.model && fail "adapt_residual changes nothing"
run 0 ner tag --model residual.model es.conll -q
# the source's encoder, frozen, is the pretrained one bit for bit; with a rate it is not
run 0 ner transfer --mode init "${fast[@]}" "${first[@]}" --psi 0 --set dropout_in=0 -o frozen.model
run 0 ner transfer --mode init "${fast[@]}" "${first[@]}" --psi 1 --set dropout_in=0 -o tuned.model
cmp -s frozen.model tuned.model && fail "psi changes nothing"
# without target sentences: the translated text makes the tagger
run 0 ner transfer --mode translate --set epochs=2 --set hidden=8 --set word_dim=8 --source source.conll -q -o zero.model
run 0 ner tag --model zero.model source.conll -q
# a subset is a choice by seed, or the first sentences
run 0 ner transfer --mode base "${fast[@]}" --sentences 2 --json -o few.model
holds stdout '"target_sentences": 2'
# several sources: their vectors in order, or one file for all; a share that goes down
run 0 ner transfer --mode mult --share head "${fast[@]}" --source target.conll --p-source 0.8 --p-source-end 0.2 \
    --json -o two.model
run 0 ner transfer --mode mult --share head "${fast[@]}" --source target.conll --p-source 0.8 --json -o even.model
cmp -s two.model even.model && fail "the source's share stays the same"
run 2 ner transfer --mode mult "${fast[@]}" --source-emb a.vec --source-emb b.vec -o x.model
holds stderr "source-emb"
# the model says what it was made from, and how
run 0 info --json two.model
holds stdout 'source 2'
holds stdout 'p_source_end'
run 0 info two.model
holds stdout "transfer mode: mult"
run 0 ner card --model two.model
for text in "| LOC | 2 | 6 |" "| PER | 1 | 4 |" "| source 2 | target.conll |" "- training text: 3 sentences, 9 tokens" \
    "- source text: 10 sentences, 30 tokens" "was kept: the last one, since no text selected an epoch" \
    "It was trained without dev text" "| p\\_source\\_end | 0.2 |"; do
    holds stdout "$text"
done
grep -qi "precision" stdout && fail "a model without a dev text has scores"
# what stands still in the second phase keeps what was copied into it
run 0 ner transfer --mode init "${fast[@]}" "${first[@]}" --source-dev source.conll --dev target.conll --no-share-words \
    --rate 'word.*=0' --copy-words -o copied.model
run 0 ner transfer --mode init "${fast[@]}" "${first[@]}" --source-dev source.conll --dev target.conll --no-share-words \
    --rate 'word.*=0' -o plain.model
for model in copied plain; do tensors_of $model.model | grep '^word.weight' >$model.words; done
cmp -s copied.words plain.words && fail "--copy-words is lost where words are frozen"
# a shared head has the labels of all texts
tag_of "Roma Oslo" B-PLACE >place.conll
run 0 ner transfer --mode mult --share head "${fast[@]}" --train place.conll -o union.model
grep -aq S-PLACE union.model || fail "a label of the target's own is missing"
grep -aq S-PER union.model || fail "a shared head lacks a label of the source"
run 0 ner transfer --mode mult "${fast[@]}" --train place.conll -o own.model
grep -aq S-PER own.model && fail "a head of its own has labels of the source"
# psi 0: what comes from the source stays what pretraining made of it, bit for bit
run 0 ner transfer --mode init "${fast[@]}" "${first[@]}" --psi 0 --set epochs=1 -o once.model
run 0 ner transfer --mode init "${fast[@]}" "${first[@]}" --psi 0 --set epochs=3 -o thrice.model
cmp -s once.model thrice.model && fail "the head is not trained"
for model in once thrice; do tensors_of $model.model >$model.txt; done
grep -E '^(encoder|char)[.]' once.txt >once.shared
grep -E '^(encoder|char)[.]' thrice.txt >thrice.shared
[ -s once.shared ] || fail "no shared parts"
cmp -s once.shared thrice.shared || fail "psi 0 does not freeze what comes from the source"
# a group's rate: 0 freezes it, and only it
run 0 ner transfer --mode init "${fast[@]}" "${first[@]}" --rate 'char.*=0' --set epochs=1 -o early.model
run 0 ner transfer --mode init "${fast[@]}" "${first[@]}" --rate 'char.*=0' --set epochs=3 -o late.model
for model in early late; do tensors_of $model.model >$model.txt; done
[ "$(grep '^char[.]' early.txt)" = "$(grep '^char[.]' late.txt)" ] || fail "--rate char.*=0 does not freeze characters"
[ "$(grep '^encoder[.]' early.txt)" = "$(grep '^encoder[.]' late.txt)" ] && fail "--rate char.*=0 freezes the encoder"
run 2 ner transfer --mode init "${fast[@]}" "${first[@]}" --rate 'nothing.*=0' -o x.model
holds stderr "nothing"
run 2 ner transfer --mode init "${fast[@]}" "${first[@]}" --rate 'char.*' -o x.model
# without labels of the target's: the epoch that agrees with the one before
cut -d' ' -f1 target.conll >words
run 0 ner transfer --mode mult "${fast[@]}" --set epochs=4 --unlabelled words --log agree.log --json -o agree.model
grep -q '"agreement_f1":' agree.log || fail "agreement is not told"
grep -q dev_precision stdout && fail "a dev score without a dev text"
grep -o '"agreement_f1":[0-9.]*' agree.log | head -1 | grep -qx '"agreement_f1":0.0' || fail "the first epoch agrees with something"
sed 's/B-[A-Z]*$/B-OTHER/' target.conll >other-tags
run 0 ner transfer --mode mult "${fast[@]}" --set epochs=4 --unlabelled other-tags --columns word,tag -o blind.model
for model in agree blind; do tensors_of $model.model >$model.txt; done
cmp -s agree.txt blind.txt || fail "tags of unlabelled text are looked at"
# averaged weights are what is kept
run 0 ner transfer --mode init "${fast[@]}" -o last.model
run 0 ner transfer --mode init "${fast[@]}" --set average=0.9 -o average.model
for model in last average; do tensors_of $model.model >$model.txt; done
cmp -s last.txt average.txt && fail "average=0.9 changes no weight"
# features: columns of the texts, and a gazetteer; both are read from one table each by all tasks, and at tagging
awk 'NF { print $1, ($1 ~ /^[A-Z]/ ? "N" : "X"), $2 } !NF' source.conll >source.features
awk 'NF { print $1, ($1 ~ /^[A-Z]/ ? "N" : "Y"), $2 } !NF' target.conll >target.features
printf 'Roma\tLOC\nAnna\tPER\n' >names.txt
features=(--set epochs=2 --set hidden=8 --set char_filters=8 --set word_dim=8 --set batch=2 --pretrain-epochs 2
    --epoch-batches 4 --source source.features --train target.features --columns word,feature,tag)
run 0 ner transfer --mode init "${features[@]}" --gazetteer names.txt -o features.model
run 0 info --json features.model
holds stdout '"feature.0.weight'
holds stdout '"feature.1.weight'
run 0 ner tag --model features.model --columns word,feature,_ target.features -q
# the history has all that plain training's has
run 0 ner transfer --mode init "${fast[@]}" --dev target.conll --log epochs.log -o told.model
grep -q '"phase":"target","epoch":1,"loss":[0-9.]*,"lr":[0-9.]*,"grad_norm":[0-9.]*,"dev_precision":' epochs.log ||
    fail "an epoch's event lacks rate, gradient norm or precision"
grep -aq '"phase\\":\\"source\\",\\"epoch\\":1,\\"loss\\":[0-9.]*,\\"lr\\"' told.model || fail "no rate in the history"
# a checkpoint's name is not ours to take
echo diary >kept.model.checkpoint
run 2 ner transfer --mode init "${fast[@]}" --force -o kept.model
holds stderr "not a checkpoint"
[ "$(cat kept.model.checkpoint)" = diary ] || fail "a user's file was replaced"
run 2 ner train --train source.conll --preset small --epochs 1 --force -o kept.model
[ "$(cat kept.model.checkpoint)" = diary ] || fail "a user's file was replaced by ner train"
# the few-shot curve
run 0 ner curve --mode mult --share head "${fast[@]}" --dev target.conll --test target.conll --sizes 0,2,all --seeds 2 \
    --baseline --svg curve.svg -o curve.tsv
[ "$(wc -l <curve.tsv)" = 11 ] || fail "not header, 2 + 4 + 4 rows"
is_xml curve.svg
holds curve.svg 'target alone'
run 0 ner curve --mode mult --share head "${fast[@]}" --dev target.conll --test target.conll --sizes 0,2,all --seeds 2 \
    --baseline --threads 1 -o again.tsv
cmp -s curve.tsv again.tsv || fail "a curve is not the same twice"
run 2 ner curve --mode mult "${fast[@]}" --sizes 1,x --dev target.conll
run 2 ner curve --mode mult "${fast[@]}" --sizes 1
holds stderr "dev"
# an abbreviated --mode is the same mode; the help has that mode's defaults
run 0 ner transfer --mod datnet-f "${fast[@]}" --threads 1 -o short.model
cmp -s short.model datnet-f.one || fail "--mod datnet-f gives another model than --mode datnet-f"
run 0 ner transfer --m=datnet-f --help
holds stdout "[default: grad"
grep -q -- '--pretrain  .*default: on' stdout && fail "the help has --pretrain on, which datnet-f switches off"
run 0 ner transfer --mode init --help
grep -q -- '--pretrain  .*default: on' stdout || fail "the help has --pretrain off, which init switches on"
# what cannot take effect is an error that says why
no_effect() { # EXPECTED OPTION...
    run 2 ner transfer "${fast[@]}" "${@:2}" -o x.model
    holds stderr "$1"
}
no_effect "--pretrain-epochs has no effect without --pretrain; leave --pretrain-epochs out, or add --pretrain" \
    --mode datnet-f --pretrain-epochs 3
no_effect "--psi has no effect without --pretrain" --mode mult --psi 0.5
no_effect "--lambda has no effect without --adversary" --mode init --lambda 2
no_effect "--gamma has no effect without --adversary grad" --mode at --gamma 1
no_effect "--p-source has no effect without --joint" --mode init --p-source 0.5
no_effect "--epsilon-relative has no effect without --epsilon or --epsilon-char" --mode init --epsilon-rel
no_effect "--keep-encoder has no effect without --pretrain" --mode mult --no-keep-encoder
no_effect "--subset has no effect without --sentences" --mode init --subset first
no_effect "--unlabelled has no effect with --dev" --mode init --dev target.conll --unlabelled target.conll
run 0 ner transfer --mode mult "${fast[@]}" --no-ramp -o off.model
# errors
run 2 ner transfer --mode datnet --source source.conll -o x.model
run 2 ner transfer --mode init --train target.conll -o x.model
run 2 ner transfer --mode init --source source.conll --alpha 2 -o x.model
run 1 ner transfer --mode init --source no-such-file --train target.conll -o x.model
run 2 ner transfer --mode adapt "${fast[@]}" -o x.model
holds stderr "word adaptation"
[ -e x.model ] && fail "a failed run left a model"
finish
