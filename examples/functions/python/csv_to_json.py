"""A CSV text with a heading to a list of objects."""

import csv
import io


def handle(context, payload):
    return list(csv.DictReader(io.StringIO(payload["csv"]), delimiter=payload.get("delimiter", ",")))
