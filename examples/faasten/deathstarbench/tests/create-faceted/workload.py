"""DeathStarBench's tests: a file below a faceted directory is in the facet of the current label. Era B."""


def handle(event, syscall):
    label = syscall.get_current_label()
    base = ["home", syscall.buckle_parse("T,dsb"), event["name"]]
    done = [
        syscall.fs_createdir(base, label),
        syscall.fs_createfaceted([*base, "facets"]),
        syscall.fs_createfile([*base, "facets", label, "file"], label),
        syscall.fs_write([*base, "facets", label, "file"], b"content"),
    ]
    return {"done": done, "read": syscall.fs_read([*base, "facets", label, "file"]).decode()}
