#!/usr/bin/env python3
"""Every fault ends well: each command line of commands.py is run again and again with one thing going wrong.

    loop.py alloc PROGRAM alloc.so  [options]   one allocation fails, or all from one on
    loop.py io    PROGRAM syscalls  [options]   one system call on a file fails: ENOSPC, EIO, EMFILE
    loop.py kill  PROGRAM syscalls  [options]   kill -9, at a system call or a moment of time

A right end of a failed run: exit 1 with one line of error and the earlier outputs untouched (or whole and new, where the
work was done before), or exit 0 with the same bytes as an undisturbed run. Nothing else may be left behind; after a
failed system call or a kill, the next run cleans up. Wrong ends are listed; the exit status is 1 if there are any.
Exceptions, with their reasons: exceptions.txt."""

import argparse
import collections
import concurrent.futures
import errno
import fnmatch
import mmap
import os
import pathlib
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

import commands

EARLIER = b"earlier output\n"
SKIPPED = 77
HEAD = 5  # numbers at the start of struct faults (state.h)
WHERE = 4096
TRACE = 1 << 20
VOLATILE = re.compile(rb'("?(?:seconds|peak_bytes|tokens_per_second|time|created|date|made)"?:? ?)("[^"]*"|[-0-9.e+]+)')
TIMES = re.compile(rb"[0-9.]+ (s|tokens/s)\b")
ERRORS = {"open": ["EMFILE", "EACCES"], "read": ["EIO"], "write": ["ENOSPC", "EIO"], "fsync": ["EIO"], "close": ["EIO"],
          "rename": ["EIO"], "link": ["EIO"], "unlink": ["EACCES"], "mkdir": ["ENOSPC"], "truncate": ["ENOSPC"],
          "mmap": ["ENOMEM"]}

Result = collections.namedtuple("Result", "status stdout stderr files")


def normal(data):
    return VOLATILE.sub(rb"\g<1>0", data)


class Place:
    """A folder of inputs that one worker runs commands in."""

    def __init__(self, root, inputs, number):
        self.folder = root / f"w{number}"
        shutil.copytree(inputs, self.folder)
        self.out = self.folder / "out"
        self.out.mkdir()
        self.inputs = {p.name: p.read_bytes() for p in self.folder.iterdir() if p.is_file()}
        self.state = root / f"state{number}"
        self.log = root / f"log{number}"
        with open(self.state, "wb") as f:
            f.truncate(HEAD * 8 + WHERE + TRACE * 8)

    def reset(self, command, earlier=True):
        for p in self.out.iterdir():
            p.unlink()
        if earlier:
            for name in command.outs:
                if name not in command.fresh:
                    (self.out / name).write_bytes(EARLIER)

    def run(self, argv, command, env=None, limit=60, kill_after=None):
        stdin = open(self.folder / command.stdin, "rb") if command.stdin else subprocess.DEVNULL
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            process = subprocess.Popen(argv, cwd=self.folder, stdin=stdin, stdout=stdout, stderr=stderr, env=env)
            if command.stdin:
                stdin.close()
            try:
                status = process.wait(kill_after or limit)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                status = "killed" if kill_after else "hangs"
            stdout.seek(0)
            stderr.seek(0)
            return Result(status, TIMES.sub(rb"0 \1", normal(stdout.read())), stderr.read(), self.files(command))

    def files(self, command):
        return {p.name: normal(p.read_bytes()) for p in self.out.iterdir() if p.name not in command.beside}

    def strays(self):
        """Files beside the inputs, and inputs that changed."""
        found = []
        for p in self.folder.iterdir():
            if p.is_file() and (p.name not in self.inputs or p.stat().st_size != len(self.inputs[p.name])):
                found.append(p.name)
                if p.name in self.inputs:
                    p.write_bytes(self.inputs[p.name])
                else:
                    p.unlink()
        return found

    def arm(self, at=0, every=False, trace=False):
        with open(self.state, "r+b") as f:
            f.write(struct.pack("<5Q", 0, at, every, 0, trace) + bytes(WHERE))

    def counted(self):
        with open(self.state, "rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as m:
            count, _, _, fired, _ = struct.unpack_from("<5Q", m)
            where = m[HEAD * 8:HEAD * 8 + WHERE].split(b"\0")[0].decode(errors="replace").splitlines()
            n = min(count, TRACE)
            return count, fired, where, struct.unpack_from(f"<{n}Q", m, HEAD * 8 + WHERE)


def what_is_wrong(command, got, want, left_ok=()):
    """Empty, or how the end of a run with a fault is wrong."""
    if got.status == "hangs":
        return "hangs"
    if got.status < 0:
        return f"crash: {signal.Signals(-got.status).name}"
    if got.status > 128 and got.status != 130:
        return f"crash: {signal.Signals(got.status - 128).name}"
    if got.status not in (0, 1):
        return f"exit {got.status}"
    extra = [n for n in got.files if n not in command.outs and not any(fnmatch.fnmatch(n, p) for p in left_ok)]
    if extra:
        return f"left behind: {' '.join(sorted(extra))}"
    if got.status == 0:
        if got.stdout != want.stdout:
            return "exit 0, other standard output"
        for name in command.outs:
            if got.files.get(name) != want.files.get(name):
                return f"exit 0, other bytes in {name}"
        return ""
    lines = [x for x in got.stderr.decode(errors="replace").splitlines() if not x.startswith(("warning: ", "OpenBLAS blas_thread_init: ", "std::bad_alloc"))]
    if not lines:
        return "exit 1 without a word"
    # before main() a library may end the program itself if it says why (libgfortran, libgomp)
    lines = [x for x in lines if x.strip()]
    if all("memory" in x.lower() for x in lines) and not lines[0].startswith("isogloss: "):
        lines = lines[:1]
    elif len(lines) != 1 or not lines[0].startswith("isogloss: "):
        return "not one line of error: " + " / ".join(lines)[:200]
    if "(null)" in lines[0]:
        return "unclear error: " + lines[0][:200]
    for name in command.outs:
        if name not in command.fresh and got.files.get(name) not in (EARLIER, want.files.get(name)):
            return f"earlier {name} replaced by other bytes"
    for group in command.groups:
        new = [got.files.get(name) == want.files.get(name) for name in group]
        if any(new) and not all(new):
            return f"only some of {' '.join(group)} replaced"
    return ""


class Loop:
    def __init__(self, options, root, inputs):
        self.o = options
        self.program = str(pathlib.Path(options.program).resolve())
        self.injector = str(pathlib.Path(options.injector).resolve())
        self.root = root
        self.places = {}
        self.lock = threading.Lock()
        self.inputs = inputs
        self.runs = collections.Counter()
        self.wrong = []
        self.excepted = collections.Counter()
        self.exceptions = read_exceptions()

    def place(self):
        me = threading.get_ident()
        with self.lock:
            if me not in self.places:
                self.places[me] = Place(self.root, self.inputs, len(self.places))
            return self.places[me]

    def undisturbed(self, place, command):
        place.reset(command)
        got = place.run([self.program, *command.line], command)
        strays = place.strays()
        if got.status != 0 or sorted(got.files) != sorted(set(got.files) | set(command.outs)) or strays:
            raise SystemExit(f"{command.name}: without a fault exit {got.status}, {sorted(got.files)}, strays {strays}: "
                             f"{got.stderr.decode()[:300]}")
        return got

    def note(self, command, what, fault, where=()):
        with self.lock:
            self.runs[command.name] += 1
            if not what:
                return
            where = [self.symbol(line) for line in where]
            for i, (name, pattern, _) in enumerate(self.exceptions):
                if fnmatch.fnmatch(command.name, name) and re.search(pattern, " ".join([what, fault, *where])):
                    self.excepted[i] += 1
                    return
            self.wrong.append((command.name, what, fault, where))
            if len(self.wrong) <= self.o.show:
                print(f"WRONG {command.name}: {fault}: {what}", flush=True)
                for line in where[: self.o.depth]:
                    print("      " + line)

    def symbol(self, line):
        name, offset, symbol = line.split(" ", 2)
        if symbol == "?" and name == pathlib.Path(self.program).name:
            done = subprocess.run(["addr2line", "-f", "-e", self.program, "0x" + offset], capture_output=True, text=True)
            symbol = done.stdout.splitlines()[0] if done.returncode == 0 and done.stdout else symbol
        return f"{'isogloss' if name == pathlib.Path(self.program).name else name} {symbol}"

    def library(self, where):
        """The first object of a stack that is not the C or C++ library."""
        for line in where:
            name = line.split(" ")[0]
            if not re.match(r"(libc|libstdc\+\+|ld-linux.*|libpthread|libgcc_s|alloc)\b", name):
                return name
        return "libc"


class AllocLoop(Loop):
    def env(self, place):
        env = dict(os.environ, LD_PRELOAD=self.injector, ISG_FAULTS=str(place.state), OMP_WAIT_POLICY="passive")
        env.pop("LD_LIBRARY_PATH", None)
        return env

    def picks(self, command, count, stacks):
        """(number, all after it too) to try: each kind of stack at least once where that is asked for."""
        rng = random.Random(f"{self.o.seed} {command.name}")
        kinds = collections.defaultdict(list)
        for i, stack in enumerate(stacks):
            kinds[stack].append(i + 1)
        if self.o.long:
            if count <= self.o.most:
                single = set(range(1, count + 1))
            else:
                single = {x for k in kinds.values() for x in (k[0], k[len(k) // 2], k[-1])}
                single |= set(rng.sample(range(1, count + 1), self.o.most // 4))
            return [(n, False) for n in sorted(single)] + [(k[0], True) for k in kinds.values()]
        chosen = rng.sample(sorted(kinds), min(self.o.sample, len(kinds)))
        return [(rng.choice(kinds[k]), i % 4 == 3) for i, k in enumerate(chosen)]

    def one(self, command, want, at, every):
        place = self.place()
        place.reset(command)
        place.arm(at, every)
        got = place.run([self.program, *command.line], command, self.env(place), self.o.limit)
        _, fired, where, _ = place.counted()
        what = what_is_wrong(command, got, want, ["*.checkpoint"] if command.checkpoint and got.status == 1 else [])
        strays = place.strays()
        if not what and strays:
            what = f"left behind or changed: {' '.join(strays)}"
        self.note(command, what, f"allocation {at}{' and all after' if every else ''} (fired {fired})", where)

    def begin(self, command):
        place = self.place()
        want = self.undisturbed(place, command)
        place.reset(command)
        place.arm(trace=True)
        again = place.run([self.program, *command.line], command, self.env(place))
        if again.status != 0 or again.stdout != want.stdout or again.files != want.files:
            raise SystemExit(f"{command.name}: two undisturbed runs differ: exit {again.status} {again.stderr[:200]}")
        count, _, _, stacks = place.counted()
        if count == 0:
            raise SystemExit(f"{self.injector} is not preloaded: nothing was counted")
        return [(command, want, at, every) for at, every in self.picks(command, count, stacks)]


class IoLoop(Loop):
    def watched(self, place, command, at, error, **how):
        return place.run([self.injector, str(place.log), str(place.folder) + "/", str(at), str(error), self.program,
                          *command.line], command, **how)

    def calls(self, place, command):
        """[(number, call, file)] of an undisturbed run."""
        place.reset(command)
        got = self.watched(place, command, 0, 0)
        if got.status == SKIPPED:
            print(got.stderr.decode().strip())
            sys.exit(SKIPPED)
        return [tuple(line.split(" ", 2)) for line in place.log.read_text().splitlines()]

    def begin(self, command):
        place = self.place()
        want = self.undisturbed(place, command)
        rng = random.Random(f"{self.o.seed} {command.name}")
        faults = [(int(n), call, path, error) for n, call, path in self.calls(place, command) for error in ERRORS[call]]
        if not self.o.long:
            kinds = collections.defaultdict(list)
            for fault in faults:
                kinds[fault[1], re.sub(r"[0-9]+", "N", fault[2]), fault[3]].append(fault)
            chosen = rng.sample(sorted(kinds), min(self.o.sample, len(kinds)))
            faults = [rng.choice(kinds[k]) for k in chosen]
        return [(command, want, *fault) for fault in faults]

    def one(self, command, want, at, call, path, error):
        place = self.place()
        place.reset(command)
        got = self.watched(place, command, at, getattr(errno, error), limit=self.o.limit)
        left = [".*.isogloss-*"] if call == "unlink" else []
        what = what_is_wrong(command, got, want, left + (["*.checkpoint*"] if command.checkpoint else []))
        if not what:
            what = self.next_run(place, command, want)
        strays = place.strays()
        if not what and strays:
            what = f"left behind or changed: {' '.join(strays)}"
        self.note(command, what, f"call {at}, {call} {path}: {error}")

    def next_run(self, place, command, want, line=None):
        got = place.run([self.program, *(line or command.line)], command)
        if got.status != 0:
            return f"the next run: exit {got.status}: {got.stderr.decode(errors='replace')[:200]}"
        for name in command.outs:
            if got.files.get(name) != want.files.get(name):
                return f"the next run gives other bytes in {name}"
        extra = sorted(set(got.files) - set(command.outs))
        return f"left behind after the next run: {' '.join(extra)}" if extra else ""


class KillLoop(IoLoop):
    def begin(self, command):
        if not command.outs or command.name == "log":
            return []
        place = self.place()
        started = time.monotonic()
        want = self.undisturbed(place, command)
        seconds = time.monotonic() - started
        rng = random.Random(f"{self.o.seed} {command.name}")
        n_calls = len(self.calls(place, command))
        # of four kills three at a system call, where files change, and one in between
        n = self.o.kills * (3 if command.checkpoint else 1)
        return [(command, want, 0, rng.uniform(0.001, seconds)) if k % 4 == 3 else
                (command, want, rng.randint(1, n_calls), None) for k in range(n)]

    def one(self, command, want, at, after):
        place = self.place()
        place.reset(command)
        if after is None:
            self.watched(place, command, at, 0)
        else:
            place.run([self.program, *command.line], command, kill_after=after)
        what = ""
        files = place.files(command)
        for name in command.outs:
            if name not in command.fresh and files.get(name) not in (EARLIER, want.files.get(name)):
                what = f"earlier {name} replaced by other bytes"
        line = command.line + (["--resume"] if any(n.endswith(".checkpoint") for n in files) else [])
        what = what or self.next_run(place, command, want, line)
        strays = place.strays()
        if not what and strays:
            what = f"left behind or changed: {' '.join(strays)}"
        self.note(command, what, f"killed {f'at call {at}' if after is None else f'after {after:.3f} s'}")


def read_exceptions():
    found = []
    path = pathlib.Path(__file__).with_name("exceptions.txt")
    for line in path.read_text().splitlines() if path.exists() else []:
        if line and not line.startswith("#"):
            name, pattern, reason = line.split("\t")
            found.append((name, pattern, reason))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["alloc", "io", "kill"])
    parser.add_argument("program")
    parser.add_argument("injector")
    parser.add_argument("--long", action="store_true", help="every allocation and call, not a sample")
    parser.add_argument("--only", default="*", help="commands, as a pattern")
    parser.add_argument("--sample", type=int, default=10, help="faults a command without --long")
    parser.add_argument("--kills", type=int, default=1, help="kills a command; three times as many for training")
    parser.add_argument("--most", type=int, default=2000, help="a command with more allocations is sampled by stack")
    parser.add_argument("--limit", type=float, default=30, help="seconds after which a run hangs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20, help="wrong ends shown")
    parser.add_argument("--depth", type=int, default=8, help="lines of a stack shown")
    options = parser.parse_args()
    chosen = [c for c in commands.COMMANDS if fnmatch.fnmatch(c.name, options.only)]
    sample = pathlib.Path(__file__).resolve().parents[2] / "resources/sample"
    kinds = {"alloc": AllocLoop, "io": IoLoop, "kill": KillLoop}
    with tempfile.TemporaryDirectory(prefix="isogloss-faults-") as root:
        root = pathlib.Path(root)
        inputs = root / "inputs"
        inputs.mkdir()
        commands.make_inputs(inputs, sample, str(pathlib.Path(options.program).resolve()))
        loop = kinds[options.kind](options, root, inputs)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            tries = [t for some in pool.map(loop.begin, chosen) for t in some]
            random.Random(options.seed).shuffle(tries)  # wrong ends of each command show early
            tries.sort(key=lambda t: t[3] is True)  # single faults first
            for n, done in enumerate([pool.submit(loop.one, *t) for t in tries], 1):
                done.result()
                if n % 1000 == 0:
                    print(f"{n} of {len(tries)} runs, {len(loop.wrong)} wrong ends", flush=True)
    report(loop, options)
    return 1 if loop.wrong else 0


def report(loop, options):
    total = sum(loop.runs.values())
    by_kind = collections.Counter((name, re.sub(r"[:0-9].*", "", what)) for name, what, _, _ in loop.wrong)
    for (name, what), n in sorted(by_kind.items()):
        print(f"{n:6d} wrong: {name}: {what}")
    if options.kind == "alloc" and loop.wrong:
        for library, n in collections.Counter(loop.library(w) for _, _, _, w in loop.wrong).most_common():
            print(f"{n:6d} wrong where {library} asked for memory")
    for i, n in loop.excepted.items():
        print(f"{n:6d} excepted: {loop.exceptions[i][2]}")
    print(f"{options.kind}: {len(loop.runs)} command lines, {total} runs, {len(loop.wrong)} wrong ends")


if __name__ == "__main__":
    sys.exit(main())
