"""FunctionBench: makes a video gray. Payload `{"input", "output"}`: two paths."""

import shutil
from time import time

import cv2


def handle(request, cloudcall):
    start = time()
    with cloudcall.fs_openblob(request["input"]) as blob, open("/tmp/video.avi", "wb") as file:
        shutil.copyfileobj(blob, file)
    video = cv2.VideoCapture("/tmp/video.avi")
    size = int(video.get(cv2.CAP_PROP_FRAME_WIDTH)), int(video.get(cv2.CAP_PROP_FRAME_HEIGHT))
    out = cv2.VideoWriter("/tmp/gray.avi", cv2.VideoWriter_fourcc(*"MJPG"), 20.0, size)
    frames = 0
    while True:
        there, frame = video.read()
        if not there:
            break
        out.write(cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR))
        frames += 1
    video.release()
    out.release()
    with open("/tmp/gray.avi", "rb") as file, cloudcall.create_blob() as blob:
        shutil.copyfileobj(file, blob)
        name = blob.finalize(b"")
    return {"latency": time() - start, "frames": frames, "linked": cloudcall.fs_linkblob(request["output"], name)}
