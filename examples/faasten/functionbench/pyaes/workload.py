"""FunctionBench: encrypts and decrypts in plain Python. Payload `{"length_of_message", "num_of_iterations"}`."""

from time import time

import pyaes

KEY = b"\xa1\xf6%\x8c\x87}_\xcd\x89dHE8\xbf\xc9,"


def handle(request, cloudcall):
    message = "x" * request["length_of_message"]
    start = time()
    for _ in range(request["num_of_iterations"]):
        encrypted = pyaes.AESModeOfOperationCTR(KEY).encrypt(message)
        decrypted = pyaes.AESModeOfOperationCTR(KEY).decrypt(encrypted)
    return {"latency": time() - start, "same": decrypted.decode() == message}
