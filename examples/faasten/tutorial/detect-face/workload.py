"""The tutorial's exercise: finding faces. Era C, wrapped. What is asked for is left to the reader, so it finds nothing."""

import face_recognition  # noqa: F401
from PIL import Image  # noqa: F401


def handle(event, syscall):
    return {}
