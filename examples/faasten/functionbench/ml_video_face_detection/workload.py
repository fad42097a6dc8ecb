"""FunctionBench: frames the faces in a video. Payload `{"input", "model", "output"}`: three paths."""

import shutil
from time import time

import cv2
import numpy


def handle(request, cloudcall):
    start = time()
    with cloudcall.fs_openblob(request["input"]) as blob, open("/tmp/video.avi", "wb") as file:
        shutil.copyfileobj(blob, file)
    with cloudcall.fs_openblob(request["model"]) as blob, open("/tmp/model.xml", "wb") as file:
        shutil.copyfileobj(blob, file)
    video, model = cv2.VideoCapture("/tmp/video.avi"), cv2.CascadeClassifier("/tmp/model.xml")
    size = int(video.get(cv2.CAP_PROP_FRAME_WIDTH)), int(video.get(cv2.CAP_PROP_FRAME_HEIGHT))
    out = cv2.VideoWriter("/tmp/faces.avi", cv2.VideoWriter_fourcc(*"MJPG"), 20.0, size)
    found = []
    while True:
        there, frame = video.read()
        if not there:
            break
        faces = model.detectMultiScale(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), 1.3, 5)
        for x, y, width, height in faces:
            cv2.rectangle(frame, (x, y), (x + width, y + height), (255, 0, 0), 2)
        found.append(len(faces))
        out.write(frame)
    video.release()
    out.release()
    with open("/tmp/faces.avi", "rb") as file, cloudcall.create_blob() as blob:
        shutil.copyfileobj(file, blob)
        name = blob.finalize(b"")
    linked = cloudcall.fs_linkblob(request["output"], name)
    return {"latency": time() - start, "faces": int(numpy.sum(found)), "linked": linked}
