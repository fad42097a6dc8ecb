"""Sluice's Python guest: runs one function in one sandbox (docs/design/cloudcalls.md).

Usage: python3 -I -S -B guest.py [DIRECTORY]

Speaks on descriptor 3, which must be a connected, blocking socket. The function's files go below DIRECTORY.
"""

import sys

_here = __file__.rpartition("/")[0] or "."
sys.path.insert(0, _here)
from sluice_guest import runtime  # noqa: E402

sys.path.remove(_here)

if __name__ == "__main__":
    runtime.main(sys.argv[1] if len(sys.argv) > 1 else "/tmp/function")
