"""Era D's smallest function."""

from syscalls import ResponseDict


def handle(syscall, payload=b"", blobs={}, headers={}, invoker=[]):
    return ResponseDict({"hello": "world"})
