"""How many working days are between two dates, the first counted and the last not."""

import datetime


def handle(context, payload):
    first, last = (datetime.date.fromisoformat(payload[name]) for name in ("from", "to"))
    days = (first + datetime.timedelta(n) for n in range((last - first).days))
    return sum(day.weekday() < 5 and day.isoformat() not in payload.get("holidays", ()) for day in days)
