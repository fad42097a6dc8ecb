"""The tutorial's thumbnail. Era C, behind a gate whose payloads are wrapped: `{"input": {"path": ..., "dest": ...}}`."""

from PIL import Image


def handle(event, sc):
    paths = event["input"]
    with sc.fs_openblob(paths["path"]) as blob, sc.create_blob() as thumbnail:
        image = Image.open(blob)
        image.thumbnail((64, 64))
        image.convert("RGB").save(thumbnail, "JPEG")
        name = thumbnail.finalize(b"")
    return {"linked": sc.fs_linkblob(paths["dest"], name), "blob": name, "size": list(image.size)}
