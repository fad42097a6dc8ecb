"""DeathStarBench: FOLLOWER follows USER. Era B."""


def handle(args, syscall):
    base, facet = syscall.buckle_parse("T,dsb"), syscall.buckle_parse("T,dsb/" + args["follower"])
    following = ["home", base, "follow-" + args["follower"], "following-" + args["user"]]
    follower = ["home", base, "follow-" + args["user"], "followers", facet, args["follower"]]
    return {
        "created": [syscall.fs_createfile(following, base), syscall.fs_createfile(follower, facet)],
        "written": [
            syscall.fs_write(following, args["user"].encode()),
            syscall.fs_write(follower, args["follower"].encode()),
        ],
    }
