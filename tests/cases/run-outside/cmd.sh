#!/bin/sh
mkdir ../home && echo mine >../home/profile
"$ISO" run p.toml; echo exit $?
cat ../home/profile
