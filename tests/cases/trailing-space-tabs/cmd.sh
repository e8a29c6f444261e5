#!/bin/sh
"$ISO" check a.tsv; "$ISO" ner eval b.tsv
