"""The messages of `syscalls`, by the module that Faasten had them in."""

from syscalls import Buckle, Clause, ClauseList, Component, Label, TokenList  # noqa: F401
from syscalls import DELETE, GET, HEAD, POST, PUT  # noqa: F401

DIRECTORY, FILE, FACETED_DIRECTORY, GATE, SERVICE, BLOB = range(6)
