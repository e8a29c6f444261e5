#!/bin/sh
"$ISO" check a.conll
