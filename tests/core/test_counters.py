from django.db.models import CharField, Field, Manager, Value
from django.db.models.manager import BaseManager


def test_what_is_made_while_a_request_is_answered_leaves_its_class_as_it_was():
    classes = [Field, CharField, BaseManager, Manager]
    before = [dict(vars(kind)) for kind in classes]
    assert Value("a word").output_field
    CharField(auto_created=True)
    Manager()
    assert [dict(vars(kind)) for kind in classes] == before


def test_fields_and_managers_still_stand_in_the_order_in_which_they_were_made():
    fields, own, managers = (
        [CharField(), CharField()],
        [CharField(auto_created=True) for _ in "ab"],
        [Manager(), Manager()],
    )
    assert fields[0] < fields[1]
    assert own[1].creation_counter < own[0].creation_counter < 0
    assert managers[0].creation_counter < managers[1].creation_counter
    assert len(set(fields)) == 2
