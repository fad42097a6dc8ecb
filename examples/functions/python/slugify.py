"""A title as a part of an address."""

import re
import unicodedata


def handle(context, payload):
    plain = unicodedata.normalize("NFKD", payload["title"]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
