"""argv → one command."""

from __future__ import annotations

import sys

from irmacall.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
