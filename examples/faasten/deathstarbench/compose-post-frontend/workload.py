"""DeathStarBench: composes a post. Era B.

`{"user", "post_id", "text", "media", "urls", "user_mentions"}`; the parts are stored by functions that go on by themselves.
"""

import json


def handle(args, syscall):
    posts = ["home", syscall.buckle_parse("T,dsb"), "posts-" + args["user"]]
    made = syscall.fs_createdir([*posts, args["post_id"]], syscall.buckle_parse("T,dsb"))
    made_drafts = syscall.fs_createdir([*posts, args["post_id"] + "-drafts"], syscall.buckle_parse("T,dsb"))
    gates = ["home", syscall.buckle_parse("T,dsb"), "gates"]
    common = {"user": args["user"], "post_id": args["post_id"]}
    queued = [
        syscall.invoke([*gates, "compose-post-upload-creator"], json.dumps({**common, "creator": args["user"]})),
        syscall.invoke([*gates, "compose-post-upload-media"], json.dumps({**common, "media": args["media"]})),
        syscall.invoke(
            [*gates, "text-service-upload-text"],
            json.dumps({**common, "text": args["text"], "urls": args["urls"], "user_mentions": args["user_mentions"]}),
        ),
    ]
    return {"made": [made, made_drafts], "queued": queued}
