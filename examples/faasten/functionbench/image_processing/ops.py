"""What is done to an image."""

from PIL import Image, ImageFilter


def flip(image):
    return [image.transpose(Image.FLIP_LEFT_RIGHT), image.transpose(Image.FLIP_TOP_BOTTOM)]


def rotate(image):
    return [image.transpose(Image.ROTATE_90), image.transpose(Image.ROTATE_180), image.transpose(Image.ROTATE_270)]


def filtered(image):
    return [image.filter(ImageFilter.BLUR), image.filter(ImageFilter.CONTOUR), image.filter(ImageFilter.SHARPEN)]


def gray_scale(image):
    return [image.convert("L")]


def resized(image):
    image = image.copy()
    image.thumbnail((128, 128))
    return [image]
