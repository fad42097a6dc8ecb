"""The titles of a GitHub repository's issues, asked for through the external gate that the payload names."""

import json

from syscalls import ResponseDict


def handle(syscall, payload=b"", **more):
    asked = json.loads(payload)
    with syscall.root().open_at(asked["gate"]) as github:
        answer = github.invoke(params={"state": asked.get("state", "open"), "labels": asked.get("labels", "")})
    if not answer.success:
        return ResponseDict({"error": "the call was refused, or failed"})
    if answer.status != 200:
        return ResponseDict({"error": "GitHub answered %d" % answer.status})
    return ResponseDict({"titles": [issue["title"] for issue in json.loads(answer.data)]})
