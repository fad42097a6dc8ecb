"""DeathStarBench's tests: a file in the facet of the current label. Era B."""


def handle(event, syscall):
    path = ["home", syscall.get_current_label(), event["name"]]
    done = [syscall.fs_createfile(path), syscall.fs_write(path, b"\x00\xff")]
    return {"done": done, "read": syscall.fs_read(path).hex()}
