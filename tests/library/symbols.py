"""symbols.py HEADERS MAP LIBRARY: the functions that the headers declare, the version script and the library's exported
symbols are the same, every one under its version."""
import os
import re
import subprocess
import sys

headers, version_script, library = sys.argv[1:]
declared = set()
for name in os.listdir(headers):
    text = open(os.path.join(headers, name), encoding="utf-8").read()
    declared |= set(re.findall(r"^ISOGLOSS_(?:API|CHECK)[^;]*?\b(isogloss_\w+)\(", text, re.M))
script = open(version_script, encoding="utf-8").read()
listed = dict((symbol, version) for version, body in re.findall(r"(\w+) \{(.*?)\}", script, re.S)
              for symbol in re.findall(r"\b(isogloss_\w+);", body))
exported = {}
for row in subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions", library], capture_output=True, text=True,
                          check=True).stdout.splitlines():
    kind, symbol = row.split()[-2:]
    if kind != "A":
        exported[symbol.split("@")[0]] = symbol.split("@")[-1]
bad = ["declared, not in the script: " + s for s in sorted(declared - set(listed))]
bad += ["in the script, not declared: " + s for s in sorted(set(listed) - declared)]
bad += ["exported, not in the script: " + s for s in sorted(set(exported) - set(listed))]
bad += ["in the script, not exported: " + s for s in sorted(set(listed) - set(exported))]
bad += ["%s is of %s, not of %s" % (s, exported[s], v) for s, v in sorted(listed.items()) if exported.get(s, v) != v]
if not exported:
    bad.append("no symbols in " + library)
print("\n".join(bad) or "%d symbols" % len(exported))
sys.exit(bool(bad))
