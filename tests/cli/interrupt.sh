#!/bin/bash
# SIGINT and SIGTERM: the first stops the work with 130, whether it computes or waits for input.
. "$(dirname "$0")/lib.sh"
# stops NAME SIGNAL PID: the process, which is at work, gets the signal and ends with 130 and one line
stops() {
    local got=0
    kill -"$2" "$3" || fail "$1: not running"
    wait "$3" || got=$?
    [ $got = 130 ] || fail "$1: exit $got after SIG$2"
    one_line stderr
}
# waits PID FILE: until the process holds the file open, and sleeps
waits() {
    for _ in $(seq 200); do
        if [ "$(readlink /proc/"$1"/fd/* 2>/dev/null | grep -cF "$2")" -gt 0 ] &&
            grep -q '^State:.S' "/proc/$1/status"; then
            sleep 0.05
            return
        fi
        sleep 0.05
    done
    fail "never read $2"
}
mkfifo pipe
exec 9<>pipe # a writer, so that readers wait
for signal in INT TERM; do
    "$isogloss" info pipe >stdout 2>stderr &
    waits $! pipe
    stops "a pipe that says nothing" $signal $!
    holds stderr "stopped while waiting for input"
    "$isogloss" ner eval - >stdout 2>stderr <&9 &
    waits $! pipe
    printf 'a B-PER O\n' >&9
    sleep 0.1
    stops "a pipe in the middle" $signal $!
done
exec 9>&-
mkfifo closed
"$isogloss" info closed >stdout 2>stderr &
sleep 0.5 # waits in open()
stops "a pipe that nobody opens" TERM $!

# in the middle of work: the progress callback is asked
awk 'BEGIN { for (i = 0; i < 20000; i++) { for (j = 0; j < 8; j++) print "w" (i * 7 + j * j) % 997, (j % 3 ? "O" : "B-PER"); print "" } }' >train.txt
"$isogloss" ner train --train train.txt --epochs 100000 -o m.model --log log.jsonl -q >stdout 2>stderr &
for _ in $(seq 400); do
    grep -q '"epoch"' log.jsonl 2>/dev/null && break
    grep -q '"start"' log.jsonl 2>/dev/null && sleep 1 && break
    sleep 0.05
done
stops "training" INT $!
[ -e m.model ] && fail "a model of a run that was stopped"
[ -s m.model.checkpoint ] || fail "the run was not saved"
holds log.jsonl '"exit":130'

# transfer: what was done is saved, too
"$isogloss" ner transfer --mode mult-init --source train.txt --train train.txt --pretrain-epochs 100000 -o t.model \
    --log transfer.jsonl -q >stdout 2>stderr &
for _ in $(seq 400); do
    grep -q '"start"' transfer.jsonl 2>/dev/null && sleep 2 && break
    sleep 0.05
done
stops "transfer" INT $!
holds stderr "t.model.checkpoint"
[ -s t.model.checkpoint ] || fail "the transfer run was not saved"
[ -e t.model ] && fail "a model of a transfer run that was stopped"
finish
