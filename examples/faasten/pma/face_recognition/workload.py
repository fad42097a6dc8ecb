"""Photo management: counts the faces on a photo. Era C, raw payload, as `thumbnail` has it."""

import json

import face_recognition


def handle(request, cloudcall):
    with cloudcall.fs_openblob(request["object-path"]) as blob:
        faces = face_recognition.face_locations(face_recognition.load_image_file(blob))
    cloudcall.endorse()
    destination = request["input"]["faces"]
    created = cloudcall.fs_createfile(destination)
    written = cloudcall.fs_write(destination, json.dumps([list(face) for face in faces]).encode())
    return {"created": created, "written": written, "faces": len(faces)}
