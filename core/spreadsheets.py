"""Tables as files that a spreadsheet shows and does not run."""

import csv
from collections.abc import Iterable

from django.http import HttpResponse

# What a formula begins with; where people write with wide letters, in those too.
RUN = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")


def cell(value):
    """Text that would be run as a formula gets an apostrophe before it; all else stays."""
    return f"'{value}" if isinstance(value, str) and value.startswith(RUN) else value


def csv_file(name: str, rows: Iterable[Iterable]) -> HttpResponse:
    """`rows`, the first of which names the columns, as a file to keep."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    csv.writer(answer).writerows(rows)
    return answer
