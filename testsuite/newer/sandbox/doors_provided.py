"""Doors that open with the right key only: see doors.py."""

import doors

__all__ = ["doors"]
