#!/bin/sh
"$ISO" check a.vec; echo exit $?; "$ISO" convert --to vec -o - a.vec; echo exit $?
"$ISO" check b.vec; echo exit $?
