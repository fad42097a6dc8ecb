"""DeathStarBench: FOLLOWER no longer follows USER. Era B."""


def handle(args, syscall):
    base, facet = syscall.buckle_parse("T,dsb"), syscall.buckle_parse("T,dsb/" + args["follower"])
    following = syscall.fs_delete(["home", base, "follow-" + args["follower"], "following-" + args["user"]])
    follower = syscall.fs_delete(
        ["home", base, "follow-" + args["user"], "followers", facet, args["follower"]]
    )
    return {"deleted": [following, follower]}
