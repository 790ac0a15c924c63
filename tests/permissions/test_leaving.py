"""G2: once somebody is erased, no row of any table holds what only they said, or says who they were."""

import json
import re
from datetime import timedelta

from django.utils import timezone

from features.accounts import services as accounts
from tests.permissions.test_other_people import PEOPLE, contents
from tests.permissions.traces import undone
from tests.permissions.world import EVIDENCE, NOTE

# What the law wants kept, or what others hold in their hands: docs/decisions.md says why.
KEPT = {
    "payments_invoice": "an invoice is kept as it was issued, with its buyer's particulars",
    "payments_orderline": "what was sold, without who bought it",
}
SHORTEST = 9  # anything shorter is a word of ours: a state, a kind, a zone
WORDS = re.compile(r"\s|@|://")  # numbers of rows, tokens and moments say nothing by themselves


def texts(value):
    """Every string in a value of a row, however deep."""
    if isinstance(value, str):
        if len(value) >= SHORTEST and WORDS.search(value):
            yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def is_theirs(row, table, person):
    return any(row[column] == person.pk for column in PEOPLE.get(table, ()))


def test_the_whole_database_forgets(world):
    guest = world.guest
    with undone():
        before = contents()
        said, others = set(), set()
        for table, rows in before.items():
            for row in rows.values():
                (said if is_theirs(row, table, guest) else others).update(texts(list(row.values())))
        said -= others
        assert len(said) > 20
        said |= {guest.name, guest.email, guest.handle, NOTE, EVIDENCE}  # also where they stand in rows of others
        accounts.close(person=guest, takes_words=True)
        assert accounts.erase_due(now=timezone.now() + timedelta(days=15)) >= 1
        left = {}
        for table, rows in contents().items():
            if table in KEPT:
                continue
            whole = json.dumps(list(rows.values()), ensure_ascii=False)
            for value in said:
                if json.dumps(value, ensure_ascii=False)[1:-1] in whole:
                    left.setdefault(table, set()).add(value[:80])
    assert not left, "\n".join(f"{table}: {value}" for table, values in left.items() for value in sorted(values))
