"""Errors: what is the caller's fault is a ValueError or TypeError (InputError), anything else is ours (FunctionError)."""


def handle(context, payload):
    if payload["by"] == 0:
        raise ValueError("nothing can be divided by 0")
    return payload["number"] / payload["by"]
