"""FunctionBench: solves a dense system of linear equations. Payload `{"n": its size}`."""

from time import time

import numpy


def handle(request, cloudcall):
    n = request["n"]
    operations = 2.0 * n * n * n / 3.0 + 2.0 * n * n
    matrix = numpy.random.default_rng(1).random((n, n)) - 0.5
    right = matrix.sum(axis=1)
    start = time()
    solution = numpy.linalg.solve(matrix, right)
    latency = time() - start
    return {"mflops": operations * 1e-6 / max(latency, 1e-9), "latency": latency, "error": float(abs(solution - 1).max())}
