"""docs.py ROOT: the pages tell the truth about the tree. README.md is at most 12 kB and a page of resources/doc at most
20 kB; links between pages and paths in backquotes exist; the rooms of architecture.md are those of the tree and of
layers.py, and reach what it says."""
import os
import re
import sys

root = sys.argv[1]
sys.argv = [sys.argv[0], root]
bad = []
folders = ("src", "align", "translate", "ner", "tools")
pages = ["README.md", "CONTRIBUTING.md", "tests/README.md", "resources/README.md"]
doc = os.path.join(root, "resources", "doc")
pages += ["resources/doc/" + name for name in sorted(os.listdir(doc)) if name.endswith(".md")]
for page in pages:
    full = os.path.join(root, page)
    if not os.path.exists(full):
        continue
    text = open(full, encoding="utf-8").read()
    size, most = len(text.encode()), {"README.md": 12}.get(page, 20)
    if size > most * 1024:
        bad.append("%s: %d bytes; at most %d kB" % (page, size, most))
    for target in re.findall(r"\]\(([^)#: ]+)(?:#[^)]*)?\)", text):
        if not os.path.exists(os.path.join(os.path.dirname(full), target)):
            bad.append("%s: the link %s leads nowhere" % (page, target))
    # `src/io.h`, `tests/cli/`; not NAME, wildcards or what a build makes
    for path in re.findall(r"`((?:%s|tests|resources)/[A-Za-z0-9_./-]*)`" % "|".join(folders), text):
        if not re.search(r"NAME|DIR", path) and not os.path.exists(os.path.join(root, path)) and \
                not os.path.exists(os.path.join(root, path + ".h")):
            bad.append("%s: there is no %s" % (page, path))

text = open(os.path.join(doc, "architecture.md"), encoding="utf-8").read()
rows = dict(re.findall(r"^\| `([a-z/]+/)` \|[^|]*\| ([^|]*) *\|$", text, re.M))
for folder in folders:
    for place, _, names in os.walk(os.path.join(root, folder)):
        here = os.path.relpath(place, root) + "/"
        if any(name.endswith((".c", ".py")) for name in names) and here not in rows and "__pycache__" not in here:
            bad.append("architecture.md: no row for %s" % here)
source = open(os.path.join(root, "tests/lint/layers.py"), encoding="utf-8").read()
known = dict(re.findall(r'^    "([a-z/]+)": "([^"]*)",$', source, re.M))
for here, reach in rows.items():
    if not os.path.isdir(os.path.join(root, here)):
        bad.append("architecture.md: there is no room %s" % here)
    # what the page says a room may reach, layers.py must allow
    for other in re.findall(r"`([a-z/]+)`", reach):
        if here != "ner/" and other.rstrip("/") not in known.get(here.rstrip("/"), "").split():
            bad.append("architecture.md: layers.py does not let %s reach %s" % (here, other))
print("\n".join(bad))
sys.exit(bool(bad))
