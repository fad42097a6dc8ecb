"""What changed from one text to another, as `diff -u` shows it."""

import difflib


def handle(context, payload):
    before, after = (payload[name].splitlines() for name in ("before", "after"))
    return list(difflib.unified_diff(before, after, "before", "after", lineterm=""))
