"""Whether a webhook comes from who knows the secret: HMAC-SHA256 of its body, as GitHub signs."""

import hashlib
import hmac


def handle(context, payload):
    secret = context["secrets"]["webhook"].encode()
    expected = "sha256=" + hmac.new(secret, payload["body"].encode(), hashlib.sha256).hexdigest()
    return {"genuine": hmac.compare_digest(expected, payload["signature"])}
