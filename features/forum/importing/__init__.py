"""Bringing in the discussions of another forum: readers make records of its files, `arriving` makes rows of them."""

from features.forum.importing.arriving import Done, bring_in
from features.forum.importing.records import NotAnExport, reader_of

__all__ = ["Done", "NotAnExport", "bring_in", "reader_of"]
