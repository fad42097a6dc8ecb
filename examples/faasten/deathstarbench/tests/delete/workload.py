"""DeathStarBench's tests: what is deleted is gone. Era B."""


def handle(event, syscall):
    path = ["home", syscall.get_current_label(), event["name"]]
    return {"done": [syscall.fs_createfile(path), syscall.fs_delete(path), syscall.fs_delete(path)]}
