"""layers.py ROOT [BUILD]: no arrow between rooms but those below, and no circle of files.

Arrows are includes, and (given the folder of a finished build) calls: the symbols that an object file needs and another
one defines. A room is a folder; what is not listed may be reached by nobody.
"""
import os
import re
import subprocess
import sys

# Room: the rooms that it may reach besides itself. From another of the five folders only the public header may be
# included, whatever room it is in.
ROOMS = {
    "src": "",
    "src/vectors": "src",
    "align": "src",
    "translate": "translate/lexicon translate/lm align src",
    "translate/lexicon": "align src",
    "translate/lm": "src",
    "ner/engine": "src",
    "ner/config": "src",
    "ner/data": "ner/config ner/engine src",
    "ner/score": "ner/data ner/config src",
    "ner/model": "ner/data ner/config ner/engine ner/score src",
    "ner/decode": "ner/model ner/data ner/config ner/engine ner/score src",
    "ner/tag": "ner/decode ner/model ner/data ner/config ner/engine ner/score src",
    "ner/train": "ner/decode ner/model ner/data ner/config ner/engine ner/score src",
    "ner/transfer": "ner/train ner/decode ner/model ner/data ner/config ner/engine ner/score src",
    "tools": "ner translate align src",
    "tools/isogloss": "tools tools/commands tools/project src",
    "tools/commands": "tools ner translate align src",
    "tools/project": "tools src",
    "tools/library": "tools tools/commands tools/project ner translate align src",
    "tools/library/isogloss": "",
}
# The public headers: all that another folder may include.
PUBLIC = {"src/isg.h", "align/align.h", "translate/translate.h", "ner/ner.h"}
# Umbrellas gather a folder's public headers for those outside of it.
UMBRELLAS = {"src/isg.h", "ner/ner.h"}
# A library's header is included by the one file, or in the one folder, that wraps the library.
WRAPPED = {
    r"cblas\.h|lapacke?\.h": "src/openblas.h",
    r"pcre2\.h": "src/pattern.c",
    r"utf8proc\.h": "src/utf8.c",
    r"faiss/.*": "align/faiss.c",
    r"expat\.h": "align/dictxml.c",
}
FOLDERS = ("src", "align", "translate", "ner", "tools")
bad = []


def room(path):
    """The folder; two files are rooms of their own."""
    if re.fullmatch(r"ner/config\.[ch]|tools/isogloss\.c", path):
        return path[:-2]
    return os.path.dirname(path)


def allowed(a, b):
    """May a file in room a reach one in room b?"""
    return a == b or any(b == r or (r == b.split("/")[0] and "/" not in r and r != a.split("/")[0])
                         for r in ROOMS.get(a, "").split())


def includes(root):
    """(file, header as written, line) of every include."""
    for folder in FOLDERS:
        for place, _, names in sorted(os.walk(os.path.join(root, folder))):
            for name in sorted(names):
                if not name.endswith((".c", ".h", ".inc", ".cpp")):
                    continue
                path = os.path.relpath(os.path.join(place, name), root)
                for number, line in enumerate(open(os.path.join(place, name), encoding="utf-8"), 1):
                    m = re.match(r'\s*#\s*include\s*[<"]([^">]+)[">]', line)
                    if m:
                        yield path, m[1], number


def check_include(path, header, number):
    where = "%s:%d includes %s: " % (path, number, header)
    if "../" in header:
        bad.append(where + "write the path from the root")
        return False
    for pattern, wrapper in WRAPPED.items():
        if re.fullmatch(pattern, header) and path != wrapper:
            bad.append(where + "only %s may" % wrapper)
    folder = header.split("/")[0]
    if "/" not in header or folder not in FOLDERS + ("tests",):
        return False
    mine = path.split("/")[0]
    if folder != mine:
        if header not in PUBLIC or not allowed(room(path), folder):
            bad.append(where + "of another folder only the public header, and only downwards")
        return False
    if path in UMBRELLAS:
        return False
    if header in UMBRELLAS or not allowed(room(path), room(header)):
        bad.append(where + "no arrow from %s to %s" % (room(path), room(header)))
    return True


def calls(build):
    """(file, file, symbol): the first one needs what the second defines."""
    need, home = {}, {}
    for place, _, names in sorted(os.walk(build)):
        for name in names:
            # meson: FOLDER/libNAME.a.p/ROOM_FILE.c.o; program and library: NAME.p/tools_ROOM_FILE.c.o
            folder = os.path.relpath(place, build).split("/")
            if not name.endswith(".c.o") or folder[-1].find("double") >= 0 or folder[0] == "tests":
                continue
            stem = name[:-2] if len(folder) == 1 else folder[0] + "_" + name[:-2]
            path = SOURCES.get(stem)
            if not path:
                continue
            listing = subprocess.run(["nm", "-P", "-g", os.path.join(place, name)], capture_output=True, text=True)
            for row in listing.stdout.splitlines():
                symbol, kind = row.split()[:2]
                if kind == "U":
                    need.setdefault(path, set()).add(symbol)
                elif kind in "TDBRCV":
                    home[symbol] = path
    for path, symbols in sorted(need.items()):
        for symbol in sorted(symbols):
            if symbol in home and home[symbol] != path:
                yield path, home[symbol], symbol


def circles(edges):
    """Groups of files that reach each other (Tarjan 1972)."""
    graph = {}
    for a, b in edges:
        graph.setdefault(a, set()).add(b)
        graph.setdefault(b, set())
    index, low, stack, found = {}, {}, [], []

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        for w in sorted(graph[v]):
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in stack:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            group = []
            while not group or group[-1] != v:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(sorted(group))

    sys.setrecursionlimit(10000)
    for v in sorted(graph):
        if v not in index:
            visit(v)
    return found


root = sys.argv[1]
SOURCES = {}  # ner_engine_tape.c -> ner/engine/tape.c
for folder in FOLDERS:
    for place, _, names in os.walk(os.path.join(root, folder)):
        for name in names:
            path = os.path.relpath(os.path.join(place, name), root)
            SOURCES[path.replace("/", "_")] = path
            if name.endswith((".c", ".h")) and room(path) not in ROOMS and path not in UMBRELLAS:
                bad.append("%s: no such room in tests/lint/layers.py" % path)

edges = {(path, header) for path, header, number in includes(root) if check_include(path, header, number)}
for group in circles(edges):
    bad.append("a circle of includes: " + " ".join(group))
if len(sys.argv) > 2:
    edges = set()
    for a, b, symbol in calls(sys.argv[2]):
        edges.add((a, b))
        ra, rb = room(a), room(b)
        # Between folders the linker's order and the headers decide; within one, the rooms.
        if not allowed(ra, rb) and (ra.split("/")[0] == rb.split("/")[0] or not allowed(ra, rb.split("/")[0])):
            bad.append("%s uses %s of %s: no arrow from %s to %s" % (a, symbol, b, ra, rb))
    if not edges:
        bad.append("no calls found in %s: is it built?" % sys.argv[2])
    for group in circles(edges):
        bad.append("a circle of calls: " + " ".join(group))
        for a, b, symbol in calls(sys.argv[2]):
            if a in group and b in group:
                bad.append("    %s uses %s of %s" % (a, symbol, b))
print("\n".join(bad))
sys.exit(bool(bad))
