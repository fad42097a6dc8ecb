"""The most frequent words of a text."""

import collections
import re


def handle(context, payload):
    words = re.findall(r"[^\W\d_]+", payload["text"].lower())
    return dict(collections.Counter(words).most_common(payload.get("most", 3)))
