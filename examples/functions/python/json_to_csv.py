"""A list of objects to a CSV text, the columns in the order in which they first come."""

import csv
import io


def handle(context, payload):
    columns = list(dict.fromkeys(name for row in payload for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(payload)
    return out.getvalue()
