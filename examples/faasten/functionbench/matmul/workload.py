"""FunctionBench: multiplies two matrices. Payload `{"n": their size}`."""

from time import time

import numpy


def handle(request, cloudcall):
    n = request["n"]
    one, other = numpy.ones((n, n)), numpy.eye(n)
    start = time()
    product = numpy.matmul(one, other)
    return {"latency": time() - start, "sum": float(product.sum())}
