"""symbols.py HEADERS MAP LIBRARY DEBIAN: the functions that the headers declare, the version script, the library's exported
symbols and the list of its Debian package are the same, every one under its version."""
import os
import re
import subprocess
import sys

headers, version_script, library, debian = sys.argv[1:]
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
packaged = dict(re.findall(r"^ (isogloss_\w+)@(\w+) ", open(debian, encoding="utf-8").read(), re.M))
bad += ["not alike in the version script and in the Debian package: " + s for s, _ in sorted(set(packaged.items()) ^ set(listed.items()))]
if not exported:
    bad.append("no symbols in " + library)
print("\n".join(bad) or "%d symbols" % len(exported))
sys.exit(bool(bad))
