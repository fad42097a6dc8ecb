"""What a function yields: each chunk is sent at once, and the platform makes them one array."""

CHUNK_BYTES_MAX = 1 << 20
CHUNKS_MAX = 1 << 16
RESULT_BYTES_MAX = 6 << 20

SENT = object()


class Unfit(Exception):
    """A chunk that cannot be sent; the text says why."""


def is_stream(result):
    """Whether a function's result is a generator, an asynchronous one, or another iterator."""
    kind = type(result)
    return hasattr(kind, "__next__") or hasattr(kind, "__anext__") or hasattr(kind, "__aiter__")


def drain(result, encode, send):
    """Sends what there is to come, as it comes, and answers SENT."""
    sending = Sending(encode, send)
    if hasattr(type(result), "__next__"):
        try:
            for chunk in result:
                sending.take(chunk)
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
    else:
        import asyncio

        asyncio.run(_drain(result, sending))
    return SENT


async def _drain(result, sending):
    async for chunk in result:
        sending.take(chunk)


class Sending:
    """The chunks of one run."""

    def __init__(self, encode, send):
        self._encode = encode
        self._send = send
        self._chunks = 0
        self._bytes = 1  # of the array: its brackets, and commas but for the first

    def take(self, chunk):
        try:
            encoded = self._encode(chunk).encode()
        except Exception as problem:
            raise Unfit("yielded no JSON: %s" % problem) from None
        self._chunks += 1
        self._bytes += len(encoded) + 1
        if len(encoded) > CHUNK_BYTES_MAX:
            raise Unfit("a chunk has %d bytes, more than %d" % (len(encoded), CHUNK_BYTES_MAX))
        if self._chunks > CHUNKS_MAX:
            raise Unfit("yielded more than %d chunks" % CHUNKS_MAX)
        if self._bytes > RESULT_BYTES_MAX:
            raise Unfit("yielded more than %d bytes in all" % RESULT_BYTES_MAX)
        self._send(encoded)
