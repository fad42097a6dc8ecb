"""FunctionBench: sines, cosines and square roots. Payload `{"n": how many}`."""

import math
from time import time


def handle(request, cloudcall):
    start = time()
    total = 0.0
    for number in range(request["n"]):
        total += math.sin(number) + math.cos(number) + math.sqrt(number)
    return {"latency": time() - start, "total": total}
