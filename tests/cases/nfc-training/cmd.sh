#!/bin/sh
# training says once that texts and vectors differ in normal form, and nothing where they do not
small="-q --force --threads 1 -o m --epochs 1 --set hidden=4 --set char_filters=2 --set char_dim=2"
{
    "$ISO" ner train --train nfd.conll --emb nfc.vec $small
    "$ISO" ner train --train nfc.conll --emb nfd.vec $small
    "$ISO" ner train --train nfc.conll --dev nfd.conll $small
    "$ISO" ner transfer --mode init --source nfc.conll --train nfd.conll --emb nfc.vec --source-emb nfc.vec \
        --epoch-batches 1 --pretrain-epochs 1 $small
    # the same form:
    "$ISO" ner train --train nfc.conll --dev nfc.conll --emb nfc.vec $small
    "$ISO" ner train --train nfd.conll --dev nfd.conll --emb nfd.vec $small
} 2>&1 | tee all
echo "warnings: $(grep -c '^warning:' all)"
