"""Payloads that are too large for memory: `context.input`, a file to read, and `context.output`, one to write."""

BUFFER_BYTES = 1 << 20


class Context(dict):
    """What a function of Dispatch's form gets, with two files beside it that JSON does not show."""

    __slots__ = ("_ask", "_given", "_input", "_output")

    def __init__(self, fields, ask, given):
        super().__init__(fields)
        self._ask = ask
        self._given = given
        self._input = self._output = None

    @property
    def input(self):
        """A buffered file of the bytes that the run was given by reference; None if it was given none."""
        if self._input is None and self._given is not None:
            from . import blobs

            self._input = blobs.Input(self._ask, self._given, BUFFER_BYTES)
        return self._input

    @property
    def output(self):
        """A buffered file; what is written to it is the run's output beside what the function returns."""
        if self._output is None:
            from . import blobs

            self._output = blobs.output(self._ask, BUFFER_BYTES)
        return self._output

    def finish(self):
        """Ends the output, where there is one."""
        if self._output is not None:
            self._output.close()
