"""The pages: what a stranger, a taker and an author see, with and without htmx."""

import re
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from features.assessments import pages, services
from features.assessments.models import Attempt, Bank, Item, ItemVersion
from features.assessments.scoring import is_right
from tests.assessments.conftest import make_bank, make_task, prove, sit, write
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def taker(client, learner):
    client.force_login(learner)
    return client


def begin(taker, bank):
    answer = taker.post(bank.get_absolute_url())
    assert answer.status_code == 303
    return Attempt.objects.running().get(bank=bank), answer["Location"]


class TestStart:
    def test_the_rules_are_there_before_it_begins_for_strangers_too(self, client, bank):
        page = client.get(bank.get_absolute_url()).content.decode()
        for words in ("Between 5 and 12", "30 minutes from when you begin, by our clock", "After 14 days", "Log in"):
            assert words in page

    def test_the_cool_down_is_visible_and_refused_with_the_date(self, taker, bank, learner):
        sit(bank, learner)
        page = taker.get(bank.get_absolute_url()).content.decode()
        assert "You can repeat it from" in page
        refused = taker.post(bank.get_absolute_url())
        assert refused.status_code == 422
        assert "You can repeat it from" in refused.content.decode()

    def test_a_beta_says_that_it_gives_no_score(self, client, author, reader, skill):
        bank = make_bank(author, reader, skill, items=12, stage="beta", calibrated=False)
        assert "Beta: without a score" in client.get(bank.get_absolute_url()).content.decode()


class TestQuestion:
    def test_a_plain_form_leads_from_question_to_question(self, taker, bank):
        _attempt, place = begin(taker, bank)
        page = taker.get(place).content.decode()
        assert "question 1" in page
        answer = taker.post(place, {"position": "1", "answer": "0"})
        assert (answer.status_code, answer["Location"]) == (303, place)
        assert "question 2" in taker.get(place).content.decode()

    def test_htmx_gets_the_next_question_in_place(self, taker, bank):
        _attempt, place = begin(taker, bank)
        answer = taker.post(place, {"position": "1", "answer": "0"}, headers={"HX-Request": "true"})
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "question 2" in page
        assert "<html" not in page

    def test_neither_the_key_nor_the_reasons_are_in_the_page(self, taker, bank):
        _attempt, place = begin(taker, bank)
        page = taker.get(place).content.decode()
        assert "is_right" not in page
        assert "Not this one." not in page
        assert "Because of" not in page

    @pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
    def test_the_next_question_takes_the_focus_and_after_a_fault_its_first_answer(self, taker, bank, headers):
        _attempt, place = begin(taker, bank)
        assert "autofocus" not in taker.get(place).text
        empty = taker.post(place, {"position": "1"}, headers=headers)
        assert re.findall(r"<(\w+)[^>]* autofocus", empty.text) == ["input"]
        assert 'aria-describedby="no-answer" autofocus' in empty.text
        following = taker.post(place, {"position": "1", "unknown": "yes"}, headers=headers, follow=not headers)
        assert re.findall(r"<(\w+)[^>]* autofocus>([^<]*)", following.text) == [("h1", f"{bank.title}, question 2")]

    def test_half_an_order_is_kept_and_two_lines_at_one_place_are_none(self, taker, bank, author, reader):
        item = write(bank, author, 70, kind="ordering", is_practice=True)
        services.review_item(item=item, by=reader, verdict="good")
        version = item.current
        place = reverse("assessment_practice", args=[bank.pk, bank.slug])
        for places in ({"place-0": "2"}, {f"place-{n}": "2" for n in range(4)}):
            again = taker.post(place, {"version": str(version.pk), **places})
            assert again.status_code == 422
            assert "Give each line a place of its own" in again.text
            assert again.text.count("<option selected>2") == len(places)

    def test_an_empty_answer_is_an_error_and_not_knowing_is_not(self, taker, bank):
        attempt, place = begin(taker, bank)
        assert taker.post(place, {"position": "1"}).status_code == 422
        assert taker.post(place, {"position": "1", "unknown": "yes"}).status_code == 303
        assert attempt.responses.get(position=1).answer == []

    @pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
    def test_what_was_chosen_when_the_log_in_had_ended_is_there_again_and_counts_when_it_is_sent(
        self, taker, bank, learner, headers
    ):
        attempt, place = begin(taker, bank)
        taker.get(place)
        taker.session.flush()
        answer = taker.post(place, {"position": "1", "answer": "2"}, headers=headers)
        assert answer["HX-Redirect" if headers else "Location"] == place
        assert taker.get(place)["Location"] == f"/account/login/?next={place}"
        taker.force_login(learner)
        page = taker.get(place).text
        assert re.findall(r'value="(\d)" checked', page) == ["2"]
        assert "press it again to send it" in page
        assert attempt.responses.get(position=1).answered_at is None
        taker.post(place, {"position": "1", "answer": "2"})
        assert attempt.responses.get(position=1).answered_at
        assert not re.findall(r" checked", taker.get(place).text)

    def test_so_is_what_was_chosen_in_practice(self, taker, bank, author, reader, learner):
        items = [write(bank, author, n, is_practice=True) for n in (81, 82)]
        for item in items:
            services.review_item(item=item, by=reader, verdict="good")
        later = items[1]
        place, said = reverse("assessment_practice", args=[bank.pk, bank.slug]), {"version": later.current_id}
        taker.session.flush()
        assert taker.post(place, said | {"answer": "2"})["Location"] == place
        taker.force_login(learner)
        page = taker.get(place).text
        assert re.findall(r'value="(\d)" checked', page) == ["2"]
        assert f'name="version" value="{later.current_id}"' in page
        assert "press it again to send it" in page
        assert not learner.practice_cards.exists()
        taker.post(place, said | {"answer": "2"})
        assert learner.practice_cards.get().version == later.current
        assert " checked" not in taker.get(place).text

    def test_a_written_answer_and_an_order_come_back_as_they_were(self):
        typed, order = (
            ItemVersion(pk=1, kind=kind, content={"options": [{"html": str(n)} for n in range(options)]})
            for kind, options in (("short", 0), ("ordering", 4))
        )
        assert pages.as_given(QueryDict("answer=an+index"), typed, 1).typed == "an index"
        said = QueryDict(urlencode({f"place-{n}": 4 - n for n in range(4)}))
        assert pages.as_given(said, order, 1).chosen == (4, 3, 2, 1)

    def test_an_old_page_sent_again_changes_nothing(self, taker, bank):
        attempt, place = begin(taker, bank)
        version = attempt.responses.get(position=1).version
        first = version.content["options"][0]["html"]  # the right one
        numbers = {html == first: str(n) for n, html in pages.question(version, attempt.seed).options}
        taker.post(place, {"position": "1", "answer": numbers[True]})
        assert taker.post(place, {"position": "1", "answer": numbers[False]}).status_code == 303
        assert attempt.responses.get(position=1).is_right
        assert attempt.responses.count() == 2

    @pytest.mark.parametrize("kind", ["single", "multiple", "ordering"])
    def test_the_numbers_of_options_tell_nothing(self, kind):
        """The author's own order is the right one, or begins with what is right."""
        options = [{"html": f"<p>{n}</p>", "text": str(n), "is_right": n == 0} for n in range(4)]
        version = ItemVersion(pk=7, kind=kind, content={"options": options})
        right, guessed = set(), 0
        for seed in range(40):
            number_of = {int(html[3]): n for n, html in pages.question(version, seed).options}
            assert sorted(number_of) == sorted(number_of.values()) == [0, 1, 2, 3]
            if kind == "ordering":
                post = {f"place-{number_of[n]}": str(n + 1) for n in range(4)}
                guess = {f"place-{n}": str(n + 1) for n in range(4)}
            else:
                post, guess = {"answer": str(number_of[0])}, {"answer": "0"}
            said, guess = (pages.given(QueryDict(urlencode(one)), version, seed) for one in (post, guess))
            right.add(is_right(kind, version.content, said))
            guessed += is_right(kind, version.content, guess)
        assert right == {True}
        assert guessed < 20
        assert pages.given(QueryDict("answer=9&answer=x"), version, 1) == ([] if kind == "ordering" else ["9", "x"])

    def test_the_test_of_somebody_else_does_not_exist(self, taker, bank, outsider):
        other = services.begin(bank=bank, person=outsider)
        assert taker.get(other.get_absolute_url()).status_code == 404
        assert taker.post(other.get_absolute_url(), {"position": "1", "answer": "0"}).status_code == 404

    def test_a_question_costs_the_same_in_a_large_bank(self, taker, author, reader, skill):
        counts = []
        for items in (12, 36):
            bank = make_bank(author, reader, skill, items=items, title=f"Of {items}")
            _attempt, place = begin(taker, bank)
            taker.get(place)
            with CaptureQueriesContext(connection) as queries:
                taker.post(place, {"position": "1", "answer": "0"})
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestResult:
    def test_it_is_a_sentence_with_its_doubt_a_ribbon_and_what_comes_next(self, taker, bank, learner):
        attempt = sit(bank, learner, knows=lambda row: row.b < 0.2)
        page = taker.get(attempt.get_absolute_url(), follow=True).content.decode()
        assert f"You work at {attempt.level:.1f}. You are probably between" in page
        assert 'class="ribbon"' in page
        assert 'class="core"' in page
        assert "By area" in page
        assert "What moves it most" in page
        assert "You can repeat it from" in page
        assert "style=" not in page

    def test_what_help_was_used_is_said_in_ones_own_words(self, taker, bank, learner):
        attempt = sit(bank, learner)
        place = f"{attempt.get_absolute_url()}result/"
        assert taker.post(place, {"help_used": "A colleague"}).status_code == 303
        assert "A colleague" in taker.get(place).content.decode()

    def test_a_beta_shows_what_was_right_with_the_reason(self, taker, author, reader, skill, learner):
        bank = make_bank(author, reader, skill, items=12, stage="beta", calibrated=False)
        attempt = sit(bank, learner, knows=lambda row: False)
        page = taker.get(attempt.get_absolute_url(), follow=True).content.decode()
        assert "Not this one." in page
        assert "<strong>this</strong>" in page
        assert "You work at" not in page

    def test_progress_shows_the_level_its_range_and_its_basis_over_time(self, taker, bank, learner):
        sit(bank, learner)
        assert "Assessed" in taker.get("/progress/").content.decode()
        page = taker.get(f"/progress/{bank.skill.slug}/").content.decode()
        assert "Most of it rests on: Assessed" in page
        assert "Postgres at work" in page

    def test_the_public_page_of_causes_names_the_test_and_links_it_for_its_owner_alone(
        self, taker, bank, learner, outsider
    ):
        attempt = sit(bank, learner)
        place = reverse("skill_causes", args=[learner.handle, bank.skill.slug])
        mine = taker.get(place).content.decode()
        assert attempt.public_id in mine
        taker.force_login(outsider)
        theirs = taker.get(place).content.decode()
        assert "taken under a clock" in theirs
        assert attempt.public_id not in theirs


class TestAuthors:
    @pytest.fixture
    def writer(self, client, author):
        client.force_login(author)
        return client

    def test_a_bank_is_made_filled_and_read_by_another_expert(self, writer, client, skill, reader):
        said = {
            "title": "Plans", "skill": "PostgreSQL", "about": "Reading them", "mode": "adaptive", "most": "12",
            "minutes": "30", "error": "0.4", "cooldown_days": "14", "penalty": "0", "pass_percent": "60",
        }  # fmt: skip
        assert writer.post("/assessments/banks/", said).status_code == 303
        bank = Bank.objects.get()
        item = {
            "kind": "single",
            "text": "Which?",
            "answers": "*Right # Yes.\nWrong # No.",
            "band": "3",
            "area": "Plans",
        }
        answer = writer.post(f"/assessments/banks/{bank.pk}/items/new/", item)
        assert answer.status_code == 303
        made = Item.objects.get()
        assert made.current.content["options"][0] == {
            "text": "Right", "html": "Right", "is_right": True, "explanation": "Yes."
        }  # fmt: skip
        client.force_login(reader)
        assert "Plans" not in client.get("/assessments/banks/").text
        assert client.post(f"/assessments/banks/{bank.pk}/reading/").status_code == 404
        prove(reader, skill)
        shown = client.get("/assessments/banks/").text
        assert "Read the questions of Plans" in shown
        assert "Which?" not in shown
        assert client.get(f"/assessments/items/{made.pk}/").status_code == 404
        assert client.post(f"/assessments/banks/{bank.pk}/reading/").status_code == 303
        shown = client.get("/assessments/banks/").text
        assert "Read the questions of Plans" not in shown
        assert "Which?" in shown
        assert client.post(f"/assessments/items/{made.pk}/", {"verdict": "change"}).status_code == 422
        said = {"verdict": "good", "version": made.current_id}
        assert client.post(f"/assessments/items/{made.pk}/", said).status_code == 303
        made.refresh_from_db()
        assert made.state == "live"
        assert client.get(f"/assessments/items/{made.pk}/").status_code == 200

    def test_a_question_that_is_asked_shows_its_answer_to_no_other_expert(self, client, bank, reader):
        live, waits = bank.items.first(), write(bank, bank.author, 80)
        prove(reader, bank.skill)
        services.read_bank(bank=bank, person=reader)
        client.force_login(prove(make_user("Another", role="expert"), bank.skill))
        assert client.get(f"/assessments/items/{waits.pk}/").status_code == 404
        client.force_login(reader)
        assert client.get(f"/assessments/items/{live.pk}/").status_code == 404
        assert client.get(f"/assessments/items/{waits.pk}/").status_code == 200
        services.retire_item(item=waits, by=bank.author)
        assert client.get(f"/assessments/items/{waits.pk}/").status_code == 404

    def test_words_that_were_changed_since_the_page_are_not_found_good_unread(self, client, bank, author, reader):
        item = write(bank, author, 81)
        services.read_bank(bank=bank, person=prove(reader, bank.skill))
        client.force_login(reader)
        place = f"/assessments/items/{item.pk}/"
        shown = client.get(place).text
        assert f'name="version" value="{item.current_id}"' in shown
        write(bank, author, 81, text="Something else?")
        for version in ({"version": item.current_id}, {}):
            answer = client.post(place, {"verdict": "good"} | version)
            assert answer.status_code == 422
            assert "has changed it meanwhile" in answer.text
        item.refresh_from_db()
        assert item.state == "draft"
        assert f'name="version" value="{item.current_id}"' in answer.text
        client.post(place, {"verdict": "good", "version": item.current_id})
        item.refresh_from_db()
        assert item.state == "live"

    def test_an_item_without_a_right_answer_is_refused_and_what_was_typed_stays(self, writer, bank):
        answer = writer.post(
            f"/assessments/banks/{bank.pk}/items/new/",
            {"kind": "single", "text": "Which one?", "answers": "A\nB", "band": "2"},
        )
        assert answer.status_code == 422
        assert "Which one?" in answer.content.decode()

    def test_a_file_with_a_bad_row_is_read_and_the_row_told(self, writer, bank):
        file = SimpleUploadedFile(
            "x.csv", b"key,kind,text,answer,option1,option2\na,single,Q?,1,A,B\nb,riddle,Q2?,1,A,B\n"
        )
        answer = writer.post(f"/assessments/banks/{bank.pk}/import/", {"file": file})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "line 3" in page
        assert "1 items are new or changed" in page
        assert bank.items.filter(key="a").exists()

    def test_a_list_of_items_costs_the_same_however_many(self, writer, bank, author):
        def count():
            with CaptureQueriesContext(connection) as queries:
                assert writer.get(f"/assessments/banks/{bank.pk}/").status_code == 200
            return len(queries)

        before = count()
        for n in range(60, 66):
            write(bank, author, n)
        assert count() == before


def test_the_page_of_a_skill_leads_to_what_measures_it(client, bank, author):
    task = make_task(author, bank.skill)
    page = client.get(bank.skill.get_absolute_url()).content.decode()
    for one in (bank, task):
        assert f'href="{one.get_absolute_url()}"' in page
    assert 'name="robots"' not in page
