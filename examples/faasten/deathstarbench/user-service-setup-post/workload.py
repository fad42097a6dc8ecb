"""DeathStarBench: makes the directory of a user's posts. Era B."""


def handle(args, syscall):
    label = syscall.buckle_parse("T,dsb")
    return {"made": syscall.fs_createdir(["home", label, "posts-" + args["user"]], label)}
