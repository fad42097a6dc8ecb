"""Photo management: makes a thumbnail of a photo. Era C, raw payload.

`{"object-path": the photo's path, "input": {"thumbnail": where to put it, "size": [width, height]}}`
"""

import io

from PIL import Image

SIZE = (128, 128)


def handle(request, cloudcall):
    path, options = request["object-path"], request["input"]
    with cloudcall.fs_openblob(path) as blob:
        image = Image.open(blob)
        image.thumbnail(tuple(options.get("size", SIZE)))
        content = io.BytesIO()
        image.convert("RGB").save(content, "JPEG")
    cloudcall.endorse()
    destination = options["thumbnail"]
    created = cloudcall.fs_createfile(destination)
    written = cloudcall.fs_write(destination, content.getvalue())
    return {"created": created, "written": written, "size": list(image.size)}
