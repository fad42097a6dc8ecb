"""DeathStarBench: makes the directories of whom a user follows, and of who follows him. Era B."""


def handle(args, syscall):
    label = syscall.buckle_parse("T,dsb")
    base = ["home", label, "follow-" + args["user"]]
    return {"made": syscall.fs_createdir(base, label), "followers": syscall.fs_createfaceted([*base, "followers"])}
