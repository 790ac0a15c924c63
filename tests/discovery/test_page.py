"""`/search/` as people use it: one box, kinds as tabs, words, phrases, slips, skills, and one's own time."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from features.accounts import services as accounts
from features.discovery import services
from features.sessions import services as sessions
from tests.factories import make_session, make_skill, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def hall(expert, skill):
    """A published session of the expert's about PostgreSQL, in a month."""
    session = make_session(
        expert, about=[skill], published=False, title="Reading a query plan", starts_in=timedelta(days=30)
    )
    return sessions.publish(session=session, by=expert)


def page(client, words="", **asked):
    answer = client.get("/search/", {"q": words, **asked})
    assert answer.status_code == 200
    return answer.text


def titles(text):
    return re.findall(r"<h3><a[^>]*>([^<]*)</a></h3>", text)


def tabs(text):
    strip = re.search(r'<nav class="tabs".*?</nav>', text, re.DOTALL)
    links = re.findall(r"<a [^>]*>([^<]*)<span[^>]*>([^<]*)</span>", strip[0]) if strip else []
    return {label.strip(): count for label, count in links}


class TestWhatIsFound:
    def test_sessions_people_and_skills_in_one_list_with_a_tab_for_each(self, client, hall):
        accounts.change_preferences(person=hall.host, headline="I read plans for PostgreSQL")
        text = page(client, "postgresql")
        assert set(titles(text)) == {"Reading a query plan", "PostgreSQL", "Amara Okonjo"}
        assert tabs(text) == {"Everything": "3", "Sessions": "1", "People": "1", "Skills": "1"}

    def test_a_tab_holds_one_kind_and_keeps_the_question(self, client, hall):
        assert titles(page(client, "postgresql", kind="skill")) == ["PostgreSQL"]
        assert 'href="/search/?q=postgresql&amp;kind=session"' in page(client, "postgresql", kind="skill")

    def test_a_skill_is_found_by_what_else_it_is_called_and_so_is_what_teaches_it(self, client, hall):
        assert set(titles(page(client, "postgres"))) == {"PostgreSQL", "Reading a query plan"}

    def test_phrases_and_what_is_left_out(self, client, hall):
        assert titles(page(client, '"query plan"')) == ["Reading a query plan"]
        assert titles(page(client, "“query plan”")) == ["Reading a query plan"]
        assert titles(page(client, '"plan query"')) == []
        assert titles(page(client, "postgres -plan")) == ["PostgreSQL"]

    def test_a_word_that_is_being_typed(self, client, hall):
        assert "Reading a query plan" in titles(page(client, "quer"))

    def test_neither_case_nor_accents_matter(self, client, learner):
        client.force_login(learner)
        make_user("Tomás Quintela")
        assert titles(page(client, "TOMAS quintéla")) == ["Tomás Quintela"]

    def test_a_session_says_when_in_the_readers_own_time(self, client, hall, learner):
        start = datetime(timezone.now().year + 1, 1, 15, 12, tzinfo=UTC)
        type(hall).objects.filter(pk=hall.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))
        accounts.change_preferences(person=learner, time_zone="Asia/Tokyo")
        client.force_login(learner)
        assert ">21:00<" in page(client, "query plan")

    def test_seats_are_those_of_now(self, client, hall, learner):
        assert "12 of 12 left" in page(client, "query plan")
        sessions.register(session=hall, person=learner)
        assert "11 of 12 left" in page(client, "query plan")


class TestTheLineThatIsShown:
    def test_marks_what_was_found_in_any_form(self, client, expert, skill):
        make = make_session(expert, about=[skill], published=False, outcome="Prüfungen, plans and queries.")
        sessions.publish(session=make, by=expert)
        text = page(client, "prufungen query")
        assert "<mark>Prüfungen</mark>, plans and <mark>queries</mark>." in text

    def test_what_somebody_wrote_is_never_markup(self, client, expert, skill):
        title = "<b>Plans</b> & <mark>"
        outcome = "</p><script>alert(1)</script> <mark>plans</mark> & \x02plans & <"
        sessions.publish(
            session=make_session(expert, about=[skill], published=False, title=title, outcome=outcome), by=expert
        )
        text = page(client, "plans alert")
        assert "<script>alert" not in text
        assert "&lt;script&gt;<mark>alert</mark>(1)" in text
        assert "plans</mark> &amp; &lt;" in text
        assert text.count("<mark>") == text.count("</mark>")
        assert "<b>Plans" not in text

    def test_shows_the_stretch_that_holds_most_of_it(self, client, expert, skill):
        outcome = "A welding word. " + "Nothing of interest here. " * 8
        description = "Filler goes on. " * 20 + "Now welding steel and more welding of steel. " + "The end of it. " * 20
        sessions.publish(
            session=make_session(
                expert, about=[skill], published=False, outcome=outcome[:240], description_html=f"<p>{description}</p>"
            ),
            by=expert,
        )
        text = page(client, "welding steel")
        assert "<mark>welding</mark> <mark>steel</mark> and more <mark>welding</mark>" in text
        assert "… " in text


class TestSlips:
    def test_what_was_meant_is_shown_and_said(self, client, hall):
        services.learn_words()
        text = page(client, "qurey plan")
        assert titles(text) == ["Reading a query plan"]
        assert "Nothing holds “qurey plan”" in text
        assert "<strong>query plan</strong>" in text

    @pytest.mark.parametrize("typed", ["postgers", "postgrs", "posttgres", "posgtres", "pastgres"])
    def test_one_slip_of_any_sort(self, client, hall, typed):
        services.learn_words()
        assert "PostgreSQL" in titles(page(client, typed))

    def test_what_cannot_be_put_right_leads_to_skills_that_are_spelled_nearly_so(self, client, hall):
        make_skill("Kubernetes")
        text = page(client, "kubrenets xyzzy")
        assert "Nothing for “kubrenets xyzzy”" in text
        assert '<a href="/skills/">' in text
        text = page(client, "kubrenetes")  # no word was learnt: only the names of skills help
        assert '<a href="/skills/kubernetes/">Kubernetes</a>' in text

    def test_a_word_is_only_offered_to_those_who_find_something_by_it(self, client, hall, learner):
        services.publish(kind="session", ref="1", title="Salaries", visibility="members", url="/")
        services.learn_words()
        assert "salaries" not in page(client, "salarles").lower().replace("salarles", "")
        client.force_login(learner)
        assert "Salaries" in titles(page(client, "salarles"))

    def test_names_of_people_are_not_offered(self, client, learner):
        make_user("Wilhelmina Oort")
        client.force_login(learner)
        services.relearn_words()
        assert services.meant("wilhelmine", learner) == ""


class TestThePage:
    def test_without_a_question_it_explains_itself(self, client):
        text = page(client)
        assert "Several words must all be there" in text
        assert 'role="search"' in text

    def test_nothing_of_this_kind_leads_to_the_other_kinds(self, client, hall):
        text = page(client, "query plan", kind="person")
        assert "Nothing of this kind" in text
        assert 'href="/search/?q=query+plan"' in text

    def test_htmx_gets_the_results_alone(self, client, hall):
        answer = client.get("/search/", {"q": "query"}, headers={"HX-Request": "true"})
        assert answer.text.strip().startswith('<section id="results"')
        assert "HX-Request" in answer["Vary"]

    def test_no_engine_keeps_results_and_any_cache_may_share_them(self, client, hall):
        answer = client.get("/search/", {"q": "query"})
        assert '<meta name="robots" content="noindex">' in answer.text
        assert answer["Cache-Control"] == "public, max-age=0, s-maxage=60"
        assert not answer.cookies
        assert "csrf" not in answer.text

    def test_pages_go_on_and_back(self, client, expert, skill):
        for number in range(23):
            services.publish(kind="session", ref=str(number), title=f"Welding {number}", url=f"/{number}/")
        first = page(client, "welding")
        further = re.search(r'rel="next nofollow" href="([^"]+)"', first)[1].replace("&amp;", "&")
        second = client.get(further).text
        assert len(titles(first)) == 20
        assert len(titles(second)) == 3
        assert not set(titles(first)) & set(titles(second))
        assert "Back to the first page" in second

    @pytest.mark.parametrize("asked", [{"kind": "nothing"}, {"after": "x"}, {"kind": "skill", "after": "x:y:z"}])
    def test_odd_addresses_are_answered(self, client, hall, asked):
        assert titles(page(client, "postgresql", **asked))

    @pytest.mark.parametrize("words", ["\x00", "'", '"', "%", "\\", "a" * 5000, "🦆", "-", "or", "<script>", "& | !"])
    def test_odd_words_are_answered(self, client, hall, words):
        assert "<script>" not in page(client, words).split("</head>")[1]

    def test_every_other_page_has_the_box(self, client):
        assert 'action="/search/"' in client.get("/").text
        assert '"@type": "SearchAction"' in client.get("/").text

    def test_a_stranger_who_asks_too_often_waits(self, client, monkeypatch):
        monkeypatch.setattr("core.limits.LIMITS", {"search": (2, 60)})
        assert [client.get("/search/", {"q": "x"}).status_code for _ in range(3)] == [200, 200, 429]


class TestApi:
    def test_says_what_the_page_says(self, client, hall):
        answer = client.get("/api/v1/search/", {"q": "query plan"}).json()
        (item,) = answer["items"]
        assert (item["kind"], item["ref"], item["title"]) == ("session", str(hall.pk), "Reading a query plan")
        assert item["url"].endswith(hall.get_absolute_url())
        assert answer["counts"] == {"session": 1}
        assert answer["next"] is None

    def test_kinds_and_pages(self, client, hall):
        for number in range(23):
            services.publish(kind="skill", ref=str(number), title=f"Welding {number}", url=f"/{number}/")
        first = client.get("/api/v1/search/", {"q": "welding", "kind": "skill"}).json()
        second = client.get(first["next"]).json()
        assert (len(first["items"]), len(second["items"]), second["next"]) == (20, 3, None)
        assert client.get("/api/v1/search/", {"q": "welding", "cursor": "x"}).status_code == 422
        assert client.get("/api/v1/search/", {"q": "welding", "kind": "person"}).json()["items"] == []

    def test_slips_are_told_and_not_acted_on(self, client, hall):
        services.learn_words()
        answer = client.get("/api/v1/search/", {"q": "qurey"}).json()
        assert (answer["items"], answer["meant"]) == ([], "query")

    def test_a_question_is_needed(self, client):
        assert client.get("/api/v1/search/").status_code == 422
        assert client.get("/api/v1/search/", {"q": "x" * 201}).status_code == 422
