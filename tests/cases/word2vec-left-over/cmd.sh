#!/bin/sh
"$ISO" check few.bin; echo exit $?; "$ISO" check phrase.bin; echo exit $?; "$ISO" convert --to vec -o - phrase.bin; echo exit $?
