"""Cells that a spreadsheet shows and does not run."""

RUN = ("=", "+", "-", "@", "\t", "\r")  # what a formula begins with


def cell(value):
    """Text that would be run as a formula gets an apostrophe before it; all else stays."""
    return f"'{value}" if isinstance(value, str) and value.startswith(RUN) else value
