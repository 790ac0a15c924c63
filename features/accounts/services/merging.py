"""The rows of one account become another's, by the rules in `features.accounts.merging`."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, UniqueConstraint
from django.utils.translation import gettext as _

from features.accounts import emails, handles
from features.accounts.merging import Column, Count, Obstacle, Place, Rule, all_columns, parts
from features.accounts.models import Closure, FormerHandle, GoneHandle, User
from features.accounts.personal_data import erase_all
from features.accounts.signals import people_came_or_went

GOES = (Rule.MOVE, Rule.KEEP, Rule.ALONE)


@cache
def places() -> dict[str, Place]:
    """Each column that holds a person's number: what points at them, and at rows whose own number that is."""
    return {
        f"{model._meta.label}.{field.name}": (model, field)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if field.remote_field and (field.related_model is User or _is_of_person(field.related_model))
    }


def _is_of_person(model) -> bool:
    remote = model._meta.pk.remote_field
    return bool(remote and remote.model is User)


def without_rule() -> set[str]:
    return set(places()) ^ set(all_columns())


# --- Looking ----------------------------------------------------------------------------------------------------------
def what_would_move(staying: User, merged: User) -> list[Count]:
    """For each column that has rows: how many move and how many go. Reads only."""
    rules, there = all_columns(), how_many(merged)
    found = []
    for name, n in there.items():
        column = rules[name]
        if column.rule in GOES:
            gone = clashing(name, column, staying, merged).count() if column.rule is not Rule.MOVE else 0
            found.append(Count(name, column, n - gone, gone))
        elif column.rule in (Rule.DROP, Rule.ERASE):
            found.append(Count(name, column, 0, n))
    return found


def how_many(person: User) -> dict[str, int]:
    """{column: rows}, of those that have any: one query, however many tables there are."""
    quote = connection.ops.quote_name
    selects = [
        f"SELECT '{name}', count(*) FROM {quote(model._meta.db_table)} WHERE {quote(field.column)} = %(person)s"  # noqa: S608
        for name, (model, field) in places().items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(selects), {"person": person.pk})
        return {name: n for name, n in cursor.fetchall() if n}


def clashing(name: str, column: Column, staying: User, merged: User):
    """Of the rows that would go over, those that a constraint keeps from standing beside the other account's."""
    model, field = places()[name]
    rows = model._base_manager.filter(**{field.name: merged.pk})
    if column.clashes:
        return column.clashes(rows, staying)
    there = Q(pk=None)
    for fields, condition in _unique_with(model, field):
        others = {one: OuterRef(one) for one in fields if one != field.name}
        same = model._base_manager.filter(condition, **{field.name: staying.pk}, **others)
        there |= condition & Q(Exists(same))
    return rows.filter(there)


def _unique_with(model, field) -> Iterator[tuple[Sequence[str], Q]]:
    if field.unique:
        yield (field.name,), Q()
    for fields in model._meta.unique_together:
        if field.name in fields:
            yield fields, Q()
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and field.name in constraint.fields:
            yield constraint.fields, constraint.condition or Q()


def obstacles_between(staying: User, merged: User) -> Iterator[Obstacle]:
    """What the rules of all features have against it. Reads only."""
    for name, column in all_columns().items():
        model, field = places()[name]
        words = column.words or model._meta.verbose_name_plural
        rows = model._base_manager.filter(**{field.name: merged.pk})
        if column.rule is Rule.REFUSE and rows.exists():
            yield Obstacle("stays_put", _("The account to be merged has this, which stays where it is: %s.") % words)
        elif column.rule is Rule.ALONE and clashing(name, column, staying, merged).exists():
            yield Obstacle("both_have", _("Both accounts have the same here: %s. End one of the two first.") % words)
    if met := dealings(staying, merged):
        words = ", ".join(
            sorted({str(all_columns()[name].words or places()[name][0]._meta.verbose_name) for name in met})
        )
        yield Obstacle(
            "dealt",
            _("They have dealt with each other: %s. Merged, somebody would have judged, paid or helped themselves.")
            % words,
        )
    for part in parts.values():
        if part.obstacles:
            yield from part.obstacles(staying, merged)


def dealings(staying: User, merged: User) -> list[str]:
    """The columns by which one account has done something to the other: both stand in one row, or one in a row and the
    other in the row that this one belongs to."""
    met = [(pair, name, sql) for pair, name, sql in meetings() if pair not in _strangers()]
    selects = [f"SELECT {n} WHERE EXISTS ({sql})" for n, (_pair, _name, sql) in enumerate(met)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(selects), {"one": staying.pk, "other": merged.pk})
        return [met[n][1] for (n,) in cursor.fetchall()]


def _strangers() -> set[str]:
    return {pair for part in parts.values() for pair in part.strangers}


@cache
def meetings() -> list[tuple[str, str, str]]:
    """(pair of columns, the first of them, how to ask), within a row and from a row to the one it belongs to."""
    quote = connection.ops.quote_name
    of_people: dict = {}
    for name, (model, field) in places().items():
        if field.related_model is User:
            of_people.setdefault(model, []).append((name, field))
    both, found = "IN ((%(one)s, %(other)s), (%(other)s, %(one)s))", []
    for model, mine in of_people.items():
        table = quote(model._meta.db_table)
        for n, (name, field) in enumerate(mine):
            for _name, other in mine[n + 1 :]:
                sql = f"SELECT FROM {table} WHERE ({quote(field.column)}, {quote(other.column)}) {both}"
                found.append((f"{name} ~ {other.name}", name, sql))
            for link in model._meta.local_fields:
                for _name, other in of_people.get(link.related_model, []) if link.remote_field else []:
                    parent, key = quote(link.related_model._meta.db_table), quote(link.related_model._meta.pk.column)
                    sql = (
                        f"SELECT FROM {table} a JOIN {parent} b ON a.{quote(link.column)} = b.{key}"
                        f" WHERE (a.{quote(field.column)}, b.{quote(other.column)}) {both}"
                    )
                    found.append((f"{name} ~ {link.name}.{other.name}", name, sql))
    return found


# --- Moving -----------------------------------------------------------------------------------------------------------
def move_everything(staying: User, merged: User) -> list[Count]:
    """Do what `what_would_move` says, but for what goes with the account. Whoever calls holds both people's rows, and
    has asked for obstacles. Raises RuntimeError when a row would be left that no rule leaves."""
    if unruled := without_rule():
        raise RuntimeError(f"no rule for {sorted(unruled)}")
    for part in parts.values():
        if part.before:
            part.before(staying, merged)
    counts = what_would_move(staying, merged)
    for count in counts:  # first what has no place beside the other's, so that all others have
        if count.dropped and count.column.rule is Rule.KEEP:
            clashing(count.name, count.column, staying, merged).delete()
    for count in counts:
        model, field = places()[count.name]
        if count.column.rule in GOES:
            model._base_manager.filter(**{field.name: merged.pk}).update(**{field.name: staying.pk})
    for part in parts.values():
        if part.after:
            part.after(staying, merged)
    for name, column in all_columns().items():  # at last: some of it is written when the others move
        if column.rule is Rule.DROP:
            model, field = places()[name]
            model._base_manager.filter(**{field.name: merged.pk}).delete()
    left_behind(merged, Rule.ERASE, Rule.STAY)
    return counts


def left_behind(merged: User, *may_be: Rule) -> None:
    """Raises RuntimeError if rows of other rules than these still are the merged account's."""
    rules = all_columns()
    if left := {name: n for name, n in how_many(merged).items() if rules[name].rule not in may_be}:
        raise RuntimeError(f"left behind: {left}")


@transaction.atomic
def merge_into(*, staying: User, merged: User, takes_addresses: bool, reason: str, now: datetime) -> list[Count]:
    """`merged` is nobody any more, its handle leads to `staying`, and its address is told. Moderation asks before
    whether this may be."""
    addresses = (
        EmailAddress.objects.filter(user=merged, verified=True) if takes_addresses else EmailAddress.objects.none()
    )
    taken = addresses.update(user=staying, primary=False)
    counts = move_everything(staying, merged)
    if taken:
        counts.append(Count("account.EmailAddress.user", all_columns()["account.EmailAddress.user"], taken, 0))
    handle, address = merged.handle, merged.email
    erase_all(merged, with_words=False)
    left_behind(merged, Rule.STAY)
    GoneHandle.objects.filter(digest__in=handles.digests(handle)).delete()
    FormerHandle.objects.create(handle=handle, person=staying, changed_at=now)
    # Like whoever left: there is nobody to come back, and no sign-up that somebody has yet to prove.
    Closure.objects.create(person=merged, takes_words=False, closed_at=now, erases_at=now, erased_at=now)
    people_came_or_went.send(User, people=[staying.pk, merged.pk])
    said = {"handle": handle, "into": staying.handle, "why": reason, "taken": "yes" if taken else ""}
    emails.write("account_merged", address, said)
    return counts
