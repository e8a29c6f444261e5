"""style.py ROOT: what holds for each source file: a first line that says what the file is for, no function body over 60
lines (a table of options in it is data and not counted), and a source file and its header under one name."""
import os
import re
import sys

FOLDERS = ("src", "align", "translate", "ner", "tools")
MOST_LINES = 60
# Headers without a source file of their name: public headers and umbrellas, types and macros alone.
NO_SOURCE = {"src/isg.h", "src/mat.h", "src/array.h", "src/resource.h", "align/align.h", "translate/translate.h",
             "translate/types.h", "ner/ner.h", "ner/engine/real.h", "ner/transfer/state.h", "ner/transfer/transfer.h"}
INSTALLED = "tools/library/"  # headers in folders below it are installed, and have their sources beside that folder
bad = []


def bodies(lines):
    """(name, first line, lines between the braces) of each function."""
    start, name = None, ""
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
            above = [x for x in lines[max(0, number - 8):number - 1]]
            found = [m[1] for x in above for m in [re.search(r"(\w+)\(", x)] if m and not x.startswith((" ", "#"))]
            name = found[-1] if found else "?"
            table = counted = 0
        elif line == "}" and start:
            yield name, start, counted
            start = None
        elif start:
            table = table or bool(re.match(r" +(static )?const struct isg_opt \w+\[\w*\] = \{", line))
            counted += not table
            table = table and not line.endswith("};")


root = sys.argv[1]
for folder in FOLDERS:
    for place, _, names in sorted(os.walk(os.path.join(root, folder))):
        for name in sorted(names):
            if not name.endswith((".c", ".h", ".inc")):
                continue
            full = os.path.join(place, name)
            path = os.path.relpath(full, root)
            lines = open(full, encoding="utf-8").read().split("\n")
            if not lines[0].startswith("/*"):
                bad.append("%s:1: the first line says what the file is for" % path)
            for function, number, n in bodies(lines):
                if n > MOST_LINES:
                    bad.append("%s:%d: %s has %d lines; at most %d" % (path, number, function, n, MOST_LINES))
            number = 1
            for function in "\n".join(lines).split("\n}\n"):
                dumped = set(re.findall(r"(\w+) = [^;]*\bjson_dumps\(", function))
                bad += ["%s:%d: what json_dumps gave goes back by isg_reserve_free" % (path, number + i)
                        for i, line in enumerate(function.split("\n"))
                        for m in [re.search(r"(?<!\w)free\((\w+)\)", line)] if m and m[1] in dumped]
                number += function.count("\n") + 2
            if name.endswith(".h"):
                installed = path.startswith(INSTALLED) and "/" in path[len(INSTALLED):]
                shown = path[len(INSTALLED):] if installed else path # as users include it
                if not lines[0].startswith("/** @file " + shown):
                    bad.append("%s:1: starts with /** @file %s" % (path, shown))
                if path not in NO_SOURCE and name != "private.h" and not installed and not any(
                        os.path.exists(full[:-2] + end) for end in (".c", ".cpp")):
                    bad.append("%s: no source file of this name" % path)
print("\n".join(bad))
sys.exit(bool(bad))
