#!/bin/sh
"$ISO" convert --to jsonl -o - a.conllu
"$ISO" check a.conllu
