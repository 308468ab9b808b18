"""Locked Excel forms out, filled forms back, one consolidated workbook."""

__version__ = "0.1.0"
