"""DeathStarBench: was to upload media to another cloud. As published it ends before it does anything. Era B."""

import sys

# from azure.storage.blob import BlobServiceClient


def handle(obj, syscall):
    try:
        client = BlobServiceClient(obj["account"])  # noqa: F821
        client.upload(obj["media"])
    except NameError:
        sys.exit("the storage client is not there")
    return {}
