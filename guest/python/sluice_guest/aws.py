"""AWS Lambda's convention: `lambda_handler(event, context)`."""

import os
import time

VERSION = "$LATEST"


class LambdaContext:
    """What AWS tells a function of its invocation. Identities and clients are of AWS's own services: there are none.

    `secrets` and `service_bindings` are not AWS's.
    """

    def __init__(self, told):
        self.aws_request_id = request_id()
        self.function_name = told.get("function", "")
        self.function_version = VERSION
        self.invoked_function_arn = arn(self.function_name)
        self.memory_limit_in_mb = str(told.get("memoryMib", 0))
        self.log_group_name = "/aws/lambda/" + self.function_name
        self.log_stream_name = VERSION
        self.identity = None
        self.client_context = None
        self.secrets = told.get("secrets") or {}
        self.service_bindings = told.get("serviceBindings") or {}
        self.deadline_ms = int(told.get("deadlineMillis", 0))

    def get_remaining_time_in_millis(self):
        return max(0, self.deadline_ms - int(time.time() * 1000))

    def log(self, message):
        print(message, end="")


def invoke(function, event, told):
    return function(event, LambdaContext(told))


def arn(name):
    return "arn:aws:lambda:local:000000000000:function:" + name


def request_id():
    """A fresh one: the run's own id is not the function's to know."""
    octets = bytearray(os.urandom(16))
    octets[6] = octets[6] & 0x0F | 0x40
    octets[8] = octets[8] & 0x3F | 0x80
    text = octets.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
