"""DeathStarBench's tests: a directory is made once. Era B."""


def handle(event, syscall):
    label = syscall.get_current_label()
    path = ["home", syscall.buckle_parse("T,dsb"), event["name"]]
    return {"label": str(label), "made": syscall.fs_createdir(path, None)}
