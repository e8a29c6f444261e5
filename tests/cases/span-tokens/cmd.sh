#!/bin/sh
"$ISO" convert --to conll -o - a.jsonl
