"""Free text to skills and to people, on collections small enough to read."""

import json

import pytest
from django.core.management import CommandError, call_command

from features.mentoring.matching.experts import Experts, pair_loss
from features.mentoring.matching.linking import Linker, Named, precision

SKILLS = [
    Named("sql", "SQL", ["Structured query language", "Database queries"], "Asking relational databases"),
    Named("neg", "Negotiation", ["Bargaining"], "Reaching an agreement with suppliers or customers"),
    Named("a11y", "Web accessibility", ["WCAG"], "Pages that everybody can use, with a screen reader too"),
    Named("k8s", "Kubernetes", [], "Running containers on clusters"),
]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("I write database queries for the depot", "sql"),
        ("bargaining with a carrier over prices", "neg"),
        ("made our shop usable with a screen reader", "a11y"),
        ("ran kubernets in production", "k8s"),  # mistyped
    ],
)
def test_a_text_leads_to_its_skill(text, key):
    assert Linker(SKILLS).rank(text)[0][0] == key


def test_words_that_nobody_knows_lead_nowhere():
    assert Linker(SKILLS).rank("ψψψ") == []


def test_precision_counts_as_many_as_are_right():
    assert precision(["a", "b", "c"], {"a", "c"}) == 0.5
    assert precision(["a"], {"a"}) == 1
    assert precision(["a"], set()) == 0


class TestExperts:
    TEXTS = {
        "ana": ["slow queries and indexes in postgres", "postgres vacuum", "query plans in postgres", "gardening"],
        "ben": ["postgres"],
        "cleo": ["contracts with suppliers", "negotiating prices"],
    }

    def test_who_wrote_about_it_most_stands_first_and_one_text_is_not_enough(self):
        ranked = Experts(self.TEXTS).rank("postgres query plans")
        assert [person for person, _ in ranked] == ["ana", "ben", "cleo"]
        assert ranked[2][1] == 0

    def test_the_loss_weighs_pairs_by_how_far_they_are_apart(self):
        assert pair_loss({"a": 2, "b": 1}, {"a": 5, "b": 1}) == (0, 4)
        assert pair_loss({"a": 0, "b": 1}, {"a": 5, "b": 1}) == (4, 4)
        assert pair_loss({}, {"a": 1, "b": 0}) == (0.5, 1)


def test_a_collection_is_measured_by_a_command(tmp_path, capsys):
    lines = [{"person": who, "text": text} for who, texts in TestExperts.TEXTS.items() for text in texts]
    lines += [{"question": "postgres plans", "labels": {"ana": 3, "ben": 1, "cleo": 0}}]
    file = tmp_path / "experts.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    call_command("evaluate_expert_ranking", data=str(file))
    assert "3 people, 1 questions: weighted pair loss 0.0000" in capsys.readouterr().out


def test_and_so_is_an_annotated_set(tmp_path, capsys):
    lines = [{"skill": s.key, "name": s.name, "others": list(s.others), "text": s.text} for s in SKILLS]
    lines += [{"text": "database queries", "skills": ["sql"]}, {"text": "bargaining", "skills": ["k8s"]}]
    file = tmp_path / "links.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    call_command("evaluate_linking", data=str(file))
    assert "4 skills, 2 texts: R-precision@5 0.5000" in capsys.readouterr().out
    file.write_text('{"neither": 1}')
    with pytest.raises(CommandError, match="Line 1"):
        call_command("evaluate_linking", data=str(file))
