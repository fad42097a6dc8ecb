"""Photo management: files a photo under the day it was taken on. Era C, raw payload.

`{"object-path": the photo's path, "input": {"taken": "2023-08-17", "name": the link's name}}`

`%` is the facet of this run's label at that moment, so a photo is found by those who may see it. The run has to start
with the photo's label: what a path says is decided before the photo is looked at.
"""


def handle(request, syscall):
    year, month, day = request["input"]["taken"].split("-")
    syscall.endorse()
    index = "home:%:by-time"
    made = [
        syscall.fs_createdir(index),
        syscall.fs_createdir(":".join([index, year])),
        syscall.fs_createdir(":".join([index, year, month])),
        syscall.fs_createdir(":".join([index, year, month, day])),
    ]
    linked = syscall.fs_hardlink(
        request["object-path"], ":".join([index, year, month, day, request["input"]["name"]])
    )
    return {"made": made, "linked": linked}
