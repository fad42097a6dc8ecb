"""DeathStarBench: has a post's text, its URLs and its mentions stored. Era B.

As published, it passes the mentions where the URLs belong.
"""

import json


def handle(args, syscall):
    common = {"user": args["user"], "post_id": args["post_id"]}

    def gate(label, name):
        return ["home", label, "gates", name]

    text = gate(syscall.buckle_parse("T,dsb"), "compose-post-upload-text")
    urls = gate(syscall.buckle_parse("T,dsb"), "compose-post-upload-urls")
    mentions = gate(syscall.buckle_parse("T,dsb"), "compose-post-upload-user-mentions")
    queued = [
        syscall.invoke(text, json.dumps({**common, "text": args["text"]})),
        syscall.invoke(urls, json.dumps({**common, "urls": args["user_mentions"]})),
        syscall.invoke(mentions, json.dumps({**common, "user_mentions": args["user_mentions"]})),
    ]
    return {"queued": queued}
