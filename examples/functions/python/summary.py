"""Mean, median and spread of numbers."""

import statistics


def handle(context, payload):
    return {
        "mean": statistics.fmean(payload),
        "median": statistics.median(payload),
        "deviation": round(statistics.pstdev(payload), 3),
    }
