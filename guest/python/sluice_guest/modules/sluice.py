"""Another name for `syscalls`."""

from syscalls import *  # noqa: F401,F403
