"""FunctionBench: turns, filters and shrinks an image, and stores one result. Payload `{"input", "output"}`: two paths."""

import shutil
from time import time

import ops
from PIL import Image


def handle(request, cloudcall):
    start = time()
    with cloudcall.fs_openblob(request["input"]) as blob, open("/tmp/image", "wb") as file:
        shutil.copyfileobj(blob, file)
    results = []
    with Image.open("/tmp/image") as image:
        image = image.convert("RGB")
        for operation in (ops.flip, ops.rotate, ops.filtered, ops.gray_scale, ops.resized):
            results += operation(image)
    results[-1].save("/tmp/result.jpg")
    with open("/tmp/result.jpg", "rb") as file, cloudcall.create_blob() as blob:
        shutil.copyfileobj(file, blob)
        name = blob.finalize(b"")
    linked = cloudcall.fs_linkblob(request["output"], name)
    return {"latency": time() - start, "results": len(results), "linked": linked}
