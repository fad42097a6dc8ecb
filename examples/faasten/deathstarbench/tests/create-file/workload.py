"""DeathStarBench's tests: a file in a new directory keeps what is written. Era B."""


def handle(event, syscall):
    label = syscall.get_current_label()
    base = ["home", syscall.buckle_parse("T,dsb"), event["name"]]
    done = [
        syscall.fs_createdir(base, label),
        syscall.fs_createfile([*base, "file"], label),
        syscall.fs_write([*base, "file"], b"content"),
    ]
    return {"done": done, "read": syscall.fs_read([*base, "file"]).decode()}
