"""What calls of the Faasten convention raise."""


class CloudCallError(Exception):
    """A call that was refused; `code` says how: NOT_FOUND, DENIED, EXISTS, INVALID, CONFLICT, TOO_LARGE, LIMIT, CLOSED."""

    def __init__(self, operation, code):
        super().__init__("%s: %s" % (operation, code))
        self.code = code


class CreateFileError(CloudCallError):
    pass


class CreateBlobError(CloudCallError):
    pass


class OpenBlobError(CloudCallError):
    pass


class OpenError(CloudCallError):
    """A path that leads nowhere, or nowhere that may be known of."""
