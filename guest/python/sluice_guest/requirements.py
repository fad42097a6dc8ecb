"""Whether a function's requirements.txt is met by the packages that are there.

A line is a name and what its version must be, nothing else: no options, addresses, files, extras or conditions.
"""

import os
import re

REQUIREMENTS_MAX = 200
_LINE = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\(([^()]*)\)|([^()]*))$")
_BOUND = re.compile(r"(===|==|!=|<=|>=|~=|<|>)\s*([0-9]+(?:\.[0-9]+)*)((?:\.\*)?)$")
_INSTALLED = re.compile(r"([A-Za-z0-9._]+)-([0-9][^-]*)(?:-py[0-9.]+)?\.(?:dist-info|egg-info)$")


def unmet(file, folders):
    """The first reason why the file's requirements are not met, or None."""
    with open(file, encoding="utf-8", errors="replace") as lines:
        requirements = [line.partition("#")[0].strip() for line in lines]
    requirements = [line for line in requirements if line]
    if len(requirements) > REQUIREMENTS_MAX:
        return "requirements.txt names more than %d packages" % REQUIREMENTS_MAX
    installed = _installed(folders)
    for line in requirements:
        reason = _unmet(line, installed)
        if reason is not None:
            return "requirements.txt: %s" % reason
    return None


def _unmet(line, installed):
    parsed = _LINE.match(line)
    stated = (parsed.group(2) or parsed.group(3) or "").strip() if parsed else ""
    bounds = [_BOUND.match(bound.strip()) for bound in stated.split(",")] if stated else []
    if not parsed or None in bounds or any(b.group(3) and b.group(1) not in ("==", "!=") for b in bounds):
        return "a line is a package's name and what its version must be, and this one is not: %s" % line[:100]
    name = parsed.group(1)
    version = installed.get(_canonical(name))
    if version is None:
        return "there is no package %s in the image, and none in the function's package/" % name
    for bound in bounds:
        if not _fits(_numbers(version), *bound.groups()):
            return "there is %s %s, which is not %s" % (name, version, stated)
    return None


def _fits(version, relation, bound, any_more):
    wanted = _numbers(bound)
    if any_more:
        return (version[: len(wanted)] == wanted) == (relation == "==")
    if relation == "~=":
        return len(wanted) > 1 and _compared(version, wanted) >= 0 and version[: len(wanted) - 1] == wanted[:-1]
    order = _compared(version, wanted)
    return {"===": order == 0, "==": order == 0, "!=": order != 0, "<=": order <= 0}.get(
        relation, {">=": order >= 0, "<": order < 0, ">": order > 0}.get(relation)
    )


def _compared(one, other):
    length = max(len(one), len(other))
    one, other = (numbers + [0] * (length - len(numbers)) for numbers in (one, other))
    return (one > other) - (one < other)


def _numbers(version):
    return [int(number) for number in re.match(r"[0-9.]*", version).group().split(".") if number]


def _installed(folders):
    """Names and versions, as the folders with the packages' descriptions are called; the first folder wins."""
    found = {}
    for folder in folders:
        try:
            entries = sorted(os.listdir(folder))
        except OSError:
            continue
        for entry in entries:
            named = _INSTALLED.match(entry)
            if named:
                found.setdefault(_canonical(named.group(1)), named.group(2))
    return found


def _canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()
