"""The button that undoes, as a browser presses it."""

import re
from html import unescape


def undo(client, page):
    """Press the one button "Undo" on the page, and read where it leads."""
    (form,) = [form for form in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if ">Undo</button>" in form]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    sent: dict[str, list[str]] = {}
    for name, value in fields:
        sent.setdefault(name, []).append(unescape(value))
    answer = client.post(re.search(r'action="([^"]+)"', form)[1], sent)
    assert answer.status_code == 303
    return client.get(answer["Location"])
