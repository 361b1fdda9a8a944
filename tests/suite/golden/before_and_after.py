#!/usr/bin/env python3
"""Compares what two programs compute: every amount and decision of every recorded command, without prose.

    before_and_after.py OLD NEW [--old-root DIR]    runs the commands of commands.txt with both programs
    before_and_after.py old.json new.json           compares two documents

OLD runs in --old-root (its own rules, policies and examples), NEW in the root of this repository. Members that were
renamed are listed in renamed.txt, `old = new` per line, as paths (`partners[].standing.quota`) or last names (`quota`).
Members in prose.txt are left out. Ends with 1 when anything differs.
"""

import csv
import io
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def listed(name):
    path = HERE / name
    lines = path.read_text().splitlines() if path.exists() else []
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


PROSE = set(listed("prose.txt"))
RENAMED = dict(tuple(part.strip() for part in line.split("=", 1)) for line in listed("renamed.txt"))


def collect(path, value, members):
    if isinstance(value, dict):
        for name, child in value.items():
            collect(f"{path}.{name}" if path else name, child, members)
    elif isinstance(value, list):
        members.setdefault(f"{path}[]#", []).append(len(value))
        for child in value:
            collect(f"{path}[]", child, members)
    else:
        members.setdefault(path, []).append(value)


def is_prose(path):
    names = [name.removesuffix("#").removesuffix("[]") for name in path.split(".")]
    return path in PROSE or any(name in PROSE for name in names)


def renamed(path):
    path = RENAMED.get(path, path)
    parts = path.split(".")
    last = parts[-1].removesuffix("#").removesuffix("[]")
    parts[-1] = RENAMED.get(last, last) + parts[-1][len(last):]
    return ".".join(parts)


def members_of(text, form):
    members = {}
    if form == "json":
        collect("", json.loads(text, parse_float=str, parse_int=str), members)
    else:
        rows = list(csv.reader(io.StringIO(text)))
        for row in rows[1:]:
            for name, cell in zip(rows[0], row):
                members.setdefault(name, []).append(cell or None)
    return {path: values for path, values in members.items() if not is_prose(path)}


def differences(old, new):
    old = {renamed(path): values for path, values in old.items()}
    for path in sorted(old.keys() | new.keys()):
        before, after = old.get(path), new.get(path)
        if before is None:
            yield f"only after:  {path} ({len(after)} values)"
        elif after is None:
            yield f"only before: {path} ({len(before)} values)"
        elif before != after:
            places = [place for place, pair in enumerate(zip(before, after)) if pair[0] != pair[1]]
            shown = ", ".join(f"#{place}: {before[place]} -> {after[place]}" for place in places[:3])
            yield f"differs:     {path}: {len(before)} and {len(after)} values, {len(places)} differ; {shown}"


def run(program, arguments, root):
    done = subprocess.run([program, *arguments], cwd=root, capture_output=True, env={**os.environ, "NO_COLOR": "1"})
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(arguments)}: ended with {done.returncode}\n{done.stderr.decode()}")
    return done.stdout.decode()


def both(old, new, old_root):
    data = pathlib.Path(os.environ.get("QUOTIENT_SHARED", ROOT.parent / "shared")) / "data"
    public = {name: f"--book {data}/{name} --map examples/{name}/map.toml" for name in ("adventureworks", "online-retail")}
    places = {
        "demo": "--book examples/demonstration",
        "here": str(HERE),
        "frontier": f"--rules {HERE}/vendors/rules --policies {HERE}/vendors/policies",
        **public,
    }
    compared = wrong = skipped = 0
    for line in listed("commands.txt"):
        name, command = line.split(": ", 1)
        if name.split(".")[0] in public and not (data / name.split(".")[0]).is_dir():
            skipped += 1
            continue
        for place, text in places.items():
            command = command.replace(f"{{{place}}}", text)
        arguments = command.split()
        form = arguments[arguments.index("--format") + 1]
        if form == "xlsx":
            skipped += 1
            continue
        before, after = (members_of(run(program, arguments, root), form) for program, root in ((old, old_root), (new, ROOT)))
        found = list(differences(before, after))
        values = sum(len(values) for values in after.values())
        print(f"{name}: {values} values, {'equal' if not found else 'DIFFERENT'}")
        for difference in found:
            print(f"    {difference}")
        compared, wrong = compared + 1, wrong + bool(found)
    print(f"{compared} commands compared, {wrong} differ, {skipped} skipped (workbooks, or absent public data)")
    return wrong == 0


def main(arguments):
    if "--old-root" in arguments:
        place = arguments.index("--old-root")
        old_root = arguments[place + 1]
        del arguments[place : place + 2]
    else:
        old_root = ROOT
    if len(arguments) != 2:
        sys.exit(__doc__)
    old, new = (str(pathlib.Path(path).resolve()) for path in arguments)
    if old.endswith(".json"):
        found = list(differences(*(members_of(pathlib.Path(path).read_text(), "json") for path in (old, new))))
        print("\n".join(found) or "equal")
        return not found
    return both(old, new, old_root)


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
