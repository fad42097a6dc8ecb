"""Era D: where to log in. The address is in the body, as it was published."""

from syscalls import ResponseStr

CAS = "https://fed.princeton.edu/cas/login?service="


def handle(syscall, payload=b"", blobs={}, headers={}, invoker=[]):
    return ResponseStr(CAS + headers.get("host", ""), 302)
