"""What the lab raises: a part of it did not do what it must. Nothing of it is expected in production."""

from __future__ import annotations


class LabError(Exception):
    """A part of the lab failed; the message says which and shows what it last wrote."""
