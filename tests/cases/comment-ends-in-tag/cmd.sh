#!/bin/sh
"$ISO" convert --to jsonl -o - a.conll
