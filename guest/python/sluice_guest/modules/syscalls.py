"""What functions of Faasten's era D import."""

from sluice_guest.dents import (  # noqa: F401
    Blob,
    BlobEntry,
    Directory,
    Entry,
    FacetedDirectory,
    File,
    Gate,
    Invoker,
    NewBlob,
    Response,
    ResponseDict,
    ResponseRaw,
    ResponseStr,
    Result,
    Service,
    Syscall,
)
from sluice_guest.errors import (  # noqa: F401
    CloudCallError,
    CreateBlobError,
    CreateFileError,
    OpenBlobError,
    OpenError,
)
from sluice_guest.labels import Clause, ClauseList, Component, Label, TokenList  # noqa: F401

Buckle = Label
HEAD, GET, POST, PUT, DELETE = range(5)
