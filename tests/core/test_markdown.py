"""C3 and C4: what people write costs little to render, and links only where links may lead."""

import sys

import pytest

from core.text import one_line, render_markdown, without_marks

LENGTH = 3_000
# What has brought renderers down: nesting, links that never close, runs of signs, entities, tables, references.
PATHOLOGICAL = {
    "open brackets": "[", "nested links": "[a](", "open images": "![", "emphasis": "*a_", "strong": "**x",
    "quotes": "> ", "lists": "- ",
    "backticks": "`a``", "entities": "&amp;", "tables": "|a|\n|-|\n", "references": "[a]: <b>\n[a]",
    "angles": "<a <!-- ", "backslashes": "\\[", "spaces": "a  \t",
}  # fmt: skip


def steps_taken(text):
    """Calls and turns of loops that rendering makes: what it costs, whatever else the machine does."""
    taken = 0

    def count(*_):
        nonlocal taken
        taken += 1

    watch, kinds = sys.monitoring, sys.monitoring.events
    tool = next(number for number in range(6) if watch.get_tool(number) is None)
    watch.use_tool_id(tool, "steps")
    for kind in (kinds.PY_START, kinds.JUMP):
        watch.register_callback(tool, kind, count)
    watch.set_events(tool, kinds.PY_START | kinds.JUMP)
    try:
        render_markdown(text)
    finally:
        watch.free_tool_id(tool)
    return taken


@pytest.mark.parametrize("unit", PATHOLOGICAL.values(), ids=PATHOLOGICAL)
def test_nothing_that_may_be_sent_takes_long(unit):
    taken = steps_taken((unit * LENGTH)[:LENGTH])
    assert taken <= 250 * LENGTH
    assert taken <= 2.2 * steps_taken((unit * LENGTH)[: LENGTH // 2])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[a](https://b.example/c?d=1)", '<a href="https://b.example/c?d=1" rel="nofollow ugc noopener">a</a>'),
        ("[a](http://b.example)", '<a href="http://b.example" rel="nofollow ugc noopener">a</a>'),
        ("[a](mailto:b@c.example)", '<a href="mailto:b@c.example" rel="nofollow ugc noopener">a</a>'),
        ("[a](/sessions/)", '<a href="/sessions/" rel="nofollow ugc noopener">a</a>'),
        ("<https://b.example>", '<a href="https://b.example" rel="nofollow ugc noopener">https://b.example</a>'),
        ("[a](javascript:alert(1))", "[a](javascript:alert(1))"),
        ("[a](JaVaScRiPt:alert(1))", "[a](JaVaScRiPt:alert(1))"),
        ("[a](data:text/html,b)", "[a](data:text/html,b)"),
        ("[a](ftp://b.example)", '<a rel="nofollow ugc noopener">a</a>'),
        ("[a](tel:1)", '<a rel="nofollow ugc noopener">a</a>'),
        ("[a](vbscript:b)", "[a](vbscript:b)"),
        ('<a href="https://b.example" hx-get="/">a</a>', '&lt;a href="https://b.example" hx-get="/"&gt;a&lt;/a&gt;'),
        ("![a](https://b.example/c.png)", ""),
        ("<form id=b><hx-partial>", "&lt;form id=b&gt;&lt;hx-partial&gt;"),
    ],
)
def test_links_lead_where_they_may_and_nothing_else_is_made(written, shown):
    assert render_markdown(written).strip() == f"<p>{shown}</p>"


def test_a_title_turns_no_direction_of_reading():
    assert one_line("שלום \u202eevil\u2066, \u202bx\u202c") == "שלום evil, x"
    assert one_line("می\u200cخواهم") == "می\u200cخواهم"  # a sign that joins letters or parts them stays


def test_what_is_read_of_it_has_no_marks_and_no_entities():
    html = render_markdown("`a -> b` & *so* on")
    assert without_marks(html).strip() == "a -> b & so on"
