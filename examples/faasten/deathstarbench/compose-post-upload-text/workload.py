"""DeathStarBench: stores a post's text. Era B: paths are lists of names and labels."""

import json


def handle(args, syscall):
    label = syscall.buckle_parse("T,dsb")
    path = ["home", label, "posts-" + args["user"], args["post_id"], "text"]
    created = syscall.fs_createfile(path, label)
    written = syscall.fs_write(path, json.dumps(args["text"]).encode())
    return {"created": created, "written": written}
