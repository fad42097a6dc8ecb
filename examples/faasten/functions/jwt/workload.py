"""Era D: signs a token. `{"idp": ..., "sub": ...}`; the key is a PEM file that this function's gate can read."""

import json
import time

import jwt
from syscalls import ResponseDict, ResponseStr

KEY = ["home", "faasten,faasten", "private_key"]
ONE_DAY_SECONDS = 24 * 60 * 60


def handle(syscall, payload=b"", blobs={}, headers={}, invoker=[]):
    request = json.loads(payload)
    with syscall.root().open_at(KEY) as file:
        key = file.read()
    if key is None:
        return ResponseDict({"error": "no key"}, 500)
    now = int(time.time())
    claims = {"alg": "ES256", "iat": now, "exp": now + ONE_DAY_SECONDS, "sub": "%s/%s" % (request["idp"], request["sub"])}
    return ResponseStr(jwt.encode(claims, key, "ES256"))
