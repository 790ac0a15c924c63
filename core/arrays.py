"""Many numbers as one argument of a query, and conditions on them."""

from collections.abc import Iterable

from django.db.models import BooleanField, Expression, F, Func, Value


def array_text(numbers: Iterable[int]) -> str:
    """An array as Postgres writes it, in one piece: of a list psycopg looks at each number."""
    return f"{{{','.join(map(str, numbers))}}}"


def array_of(numbers: Iterable[int]) -> Value:
    """For `one_of` and `any_of`."""
    return Value(array_text(numbers))


def one_of(field: str, argument: Expression, of: str = "bigint") -> Func:
    """A condition that a number is one of a list, however long: an argument of `Prepared`, values, or an array. `of` is
    another type, where it is no number."""
    return Func(
        F(field), argument, template=f"(%(expressions)s::{of}[]))", arg_joiner=" = ANY(", output_field=BooleanField()
    )


def any_of(field: str, numbers: Expression) -> Func:
    """A condition that an array has one of the numbers, however many: the operator for it compares each with each."""
    return Func(
        F(field), numbers, template="(EXISTS (SELECT FROM unnest(%(expressions)s::bigint[])))",
        arg_joiner=") AS one WHERE one = ANY(", output_field=BooleanField(),
    )  # fmt: skip
