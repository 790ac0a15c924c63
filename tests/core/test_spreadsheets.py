"""What somebody wrote is shown by a spreadsheet, and never run."""

import pytest

from core.spreadsheets import cell


@pytest.mark.parametrize("begins", [*"=+-@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_what_begins_as_a_formula_does_is_quoted(begins):
    assert cell(f"{begins}1+1") == f"'{begins}1+1"


@pytest.mark.parametrize("text", ["Reading a plan", "", "1 = 1", -5, None])
def test_all_else_stays(text):
    assert cell(text) == text
