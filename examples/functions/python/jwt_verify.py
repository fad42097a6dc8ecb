"""The claims of a JSON Web Token that was signed with the secret (HS256) and has not ended."""

import base64
import hashlib
import hmac
import json


def octets(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def handle(context, payload):
    head, claims, signature = payload["token"].split(".")
    if json.loads(octets(head)).get("alg") != "HS256":
        raise ValueError("not signed with HS256")
    key = context["secrets"]["jwt"].encode()
    expected = hmac.new(key, (head + "." + claims).encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(expected, octets(signature)):
        raise ValueError("not signed with our key")
    claims = json.loads(octets(claims))
    if claims.get("exp", payload["now"]) < payload["now"]:
        raise ValueError("the token has ended")
    return claims
