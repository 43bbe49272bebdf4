"""Identified calling: who calls is proven, and only the one on the line sees it."""

__version__ = "0.1.0"
