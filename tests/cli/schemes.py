"""schemes.py PROGRAM: `ner eval` gives the figures of seqeval and nervaluate. These few lines follow what their documentation
says, plainly and slowly; random tags, right and wrong ones, are scored by both."""
import json
import os
import random
import subprocess
import sys
import tempfile

program = sys.argv[1]


def default_entities(tags):
    """seqeval's default: B and S start, E and S end, and so does a change of type or an O; I and E after O start, too."""
    found, start = [], None
    for i, tag in enumerate(tags + ["O"]):
        letter, kind = tag[0], tag[2:]
        if start is not None:
            last, last_kind = tags[i - 1][0], tags[i - 1][2:]
            if letter in "OBS" or last in "ES" or kind != last_kind:
                found.append((start, i, last_kind))
                start = None
        if start is None and letter != "O":
            start = i
    return found


def strict_entities(tags, scheme):
    """seqeval's mode "strict": only what the scheme allows is an entity."""
    allowed = "OBIES" if scheme == "BIOES" else "OBI"
    tags = [tag if tag[0] in allowed else "O" for tag in tags]
    found, i = [], 0
    while i < len(tags):
        before = tags[i - 1] if i else "O"
        same = before[2:] == tags[i][2:]
        if scheme == "IOB1":
            begins = tags[i][0] == "I" and (before == "O" or not same) or tags[i][0] == "B" and before != "O" and same
        else:
            begins = tags[i][0] in ("BS" if scheme == "BIOES" else "B")
        end = i + 1
        if begins:
            while end < len(tags) and tags[end - 1][0] in "BI" and tags[end][0] in ("IE" if scheme == "BIOES" else "I") and \
                    tags[end][2:] == tags[i][2:]:
                end += 1
            after = tags[end] if end < len(tags) else "O"
            complete = tags[end - 1][0] in "ES" if scheme == "BIOES" else True
            if scheme == "IOB1" and tags[end - 1][0] == "B" and after[0] == "B":  # a B of another type ends no B
                complete = after[2:] == tags[i][2:]
            if complete:
                found.append((i, end, tags[i][2:]))
        i = end
    return found


def counts(gold, predicted):
    return {"gold": sum(map(len, gold)), "predicted": sum(map(len, predicted)),
            "correct": sum(len(set(g) & set(p)) for g, p in zip(gold, predicted))}


def nervaluate(gold, predicted):
    """Each predicted entity with the gold one that it equals, else the first that it overlaps, else spurious."""
    total = {name: dict.fromkeys(["correct", "incorrect", "partial", "missed", "spurious"], 0)
             for name in ("strict", "exact", "partial", "type")}
    for golds, predictions in zip(gold, predicted):
        met = set()
        for p in predictions:
            hits = [p] if p in golds else [g for g in golds if g[0] < p[1] and p[0] < g[1]]
            if not hits:
                for name in total:
                    total[name]["spurious"] += 1
                continue
            g = hits[0]
            met.add(g)
            tokens, kind = g[:2] == p[:2], g[2] == p[2]
            total["strict"]["correct" if tokens and kind else "incorrect"] += 1
            total["exact"]["correct" if tokens else "incorrect"] += 1
            total["partial"]["correct" if tokens else "partial"] += 1
            total["type"]["correct" if kind else "incorrect"] += 1
        for name in total:
            total[name]["missed"] += len(set(golds) - met)
    for name, t in total.items():
        good = t["correct"] + 0.5 * t["partial"]
        precision, recall = (100.0 * good / n if n else 0.0 for n in (
            t["correct"] + t["incorrect"] + t["partial"] + t["spurious"],
            t["correct"] + t["incorrect"] + t["partial"] + t["missed"]))
        t.update(precision=precision, recall=recall,
                 f1=2 * precision * recall / (precision + recall) if precision + recall else 0.0)
    return total


def well_formed(rng, n, scheme):
    tags = []
    while len(tags) < n:
        kind, length = rng.choice(["PER", "LOC", "ORG"]), rng.randint(1, 4)
        if rng.random() < 0.5:
            tags.append("O")
        elif scheme == "BIOES":
            tags += ["S-" + kind] if length == 1 else ["B-" + kind] + ["I-" + kind] * (length - 2) + ["E-" + kind]
        elif scheme == "IOB1":
            after_same = tags and tags[-1][2:] == kind
            tags += ["BI"[not after_same] + "-" + kind] + ["I-" + kind] * (length - 1)
        else:
            tags += ["B-" + kind] + ["I-" + kind] * (length - 1)
    return tags if scheme == "BIOES" else tags[:n]


def disturbed(rng, tags, letters):
    return [tag if rng.random() < 0.7 else rng.choice(["O"] + [x + "-" + y for x in letters for y in ("PER", "LOC")]) for tag in tags]


rng, bad = random.Random(1), 0
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "tagged")
    for round in range(60):
        scheme = ["BIO", "IOB1", "BIOES"][round % 3]
        letters = "BIES" if scheme == "BIOES" else "BI"
        gold = [well_formed(rng, rng.randint(1, 15), scheme) for _ in range(rng.randint(20, 60))]
        predicted = [disturbed(rng, tags, letters) for tags in gold]
        with open(path, "w") as f:
            for g, p in zip(gold, predicted):
                f.write("".join("w%d %s %s\n" % (i, a, b) for i, (a, b) in enumerate(zip(g, p))) + "\n")
        run = subprocess.run([program, "ner", "eval", "--json", path], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        got = json.loads(run.stdout)
        assert got["seqeval"]["scheme"] == scheme, (scheme, got["seqeval"])
        mine = {"default": counts(*([default_entities(t) for t in side] for side in (gold, predicted))),
                "strict": counts(*([strict_entities(t, scheme) for t in side] for side in (gold, predicted)))}
        for name, want in mine.items():
            if {key: got["seqeval"][name][key] for key in want} != want:
                bad += 1
                print("round", round, scheme, "seqeval", name, "want", want, "got", got["seqeval"][name])
        want = nervaluate(*([default_entities(t) for t in side] for side in (gold, predicted)))
        for name in want:
            for key, value in want[name].items():
                if abs(got["nervaluate"][name][key] - value) > 1e-7:
                    bad += 1
                    print("round", round, scheme, "nervaluate", name, key, "want", value, "got", got["nervaluate"][name][key])
sys.exit(bad > 0)
