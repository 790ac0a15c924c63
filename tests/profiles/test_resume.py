"""A JSON Resume in, row by row, and out: valid, and the same again after a round trip."""

import json
import math
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft7Validator, FormatChecker

from core.limits import LIMITS
from core.models import Outbox
from features.profiles import resume, services
from features.skills.models import (
    Achievement,
    Block,
    Certification,
    Education,
    PersonSkill,
    Profile,
    ProfileLink,
    Project,
    ResumeDraft,
    SpokenLanguage,
    Work,
)
from tests.factories import make_skill

pytestmark = pytest.mark.django_db
SCHEMA = json.loads((Path(__file__).parent / "json_resume/schema.json").read_text())
TABLES = [Work, Education, Certification, Project, Achievement, PersonSkill, SpokenLanguage, ProfileLink]
CV = {
    "basics": {
        "name": "Amara Okonjo",
        "summary": "Makes databases boring again.",
        "phone": "+234 1 234",
        "url": "https://amara.example.org/",
        "location": {"city": "Lagos", "region": "Nigeria", "countryCode": "NG"},
        "profiles": [{"network": "Code", "username": "amara", "url": "https://code.example.org/amara"}],
    },
    "work": [
        {"name": "Parcels Ltd", "position": "Database engineer", "startDate": "2019-04", "highlights": ["1", "2"]},
        {"name": "Letters Ltd", "position": "Analyst", "startDate": "2015", "endDate": "2019-03", "summary": "So."},
    ],
    "volunteer": [{"organization": "Code club", "position": "Teacher", "startDate": "2012", "endDate": "2013"}],
    "education": [
        {"institution": "Unilag", "area": "Statistics", "studyType": "BSc", "startDate": "2010", "endDate": "2014",
         "score": "1.3", "courses": ["Probability"]}
    ],
    "certificates": [{"name": "Cloud administrator", "issuer": "Acme", "date": "2021-02-03"}],
    "projects": [{"name": "Two billion rows", "description": "Moved.", "startDate": "2024", "endDate": "2025"}],
    "awards": [{"title": "Best talk", "awarder": "A conference", "date": "2022-09"}],
    "skills": [{"name": "Databases", "level": "Master", "keywords": ["postgres", "Underwater basket weaving"]}],
    "languages": [{"language": "English", "fluency": "Native speaker"}, {"language": "Français", "fluency": "B1"}],
}  # fmt: skip


@pytest.fixture
def own(client, expert, skill):
    client.force_login(expert)
    return client


def counted(person):
    return {table.__name__: table.objects.filter(person=person).count() for table in TABLES}


def take_all(own, person):
    draft = ResumeDraft.objects.get(person=person)
    keys = [row.key for row in services.rows(draft) if row.is_open]
    return own.post("/account/profile/import/rows/", {"row": keys})


class TestIn:
    def test_it_is_shown_before_anything_is_taken(self, own, expert):
        assert own.post("/account/profile/import/", {"text": json.dumps(CV)}).status_code == 303
        text = own.get("/account/profile/import/").text
        for said in (
            "Database engineer",
            "Unilag",
            "Cloud administrator",
            "Two billion rows",
            "Best talk",
            "Code club",
        ):
            assert said in text
        assert "We know no skill of this name" in text  # and it says why it cannot take that one
        assert set(counted(expert).values()) == {0}

    def test_what_is_ticked_is_taken_and_the_rest_waits(self, own, expert):
        own.post("/account/profile/import/", {"text": json.dumps(CV)})
        assert own.post("/account/profile/import/rows/", {"row": ["work-0-0", "awards-0-0"]}).status_code == 303
        assert counted(expert) | {"Work": 1, "Achievement": 1} == counted(expert)
        assert Work.objects.get().highlights == "1\n2"
        assert Work.objects.get().is_current
        rows = {row.key: row for row in services.rows(ResumeDraft.objects.get())}
        assert rows["work-0-0"].is_known
        assert rows["work-1-0"].is_open

    def test_all_of_it(self, own, expert, skill):
        own.post("/account/profile/import/", {"text": json.dumps(CV)})
        take_all(own, expert)
        profile = Profile.objects.get(person=expert)
        assert (profile.about, profile.place) == ("Makes databases boring again.", "Lagos, Nigeria")
        assert profile.phone == "+234 1 234"
        assert [work.organisation for work in Work.objects.all()] == ["Parcels Ltd", "Letters Ltd", "Code club"]
        assert Certification.objects.get().issued_on == "2021-02-03"
        claim = PersonSkill.objects.get()
        assert (claim.skill, claim.level) == (skill, 5)
        assert [(row.code, row.fluency) for row in SpokenLanguage.objects.all()] == [("en", 4), ("fr", 2)]
        assert {link.url for link in ProfileLink.objects.all()} == {
            "https://amara.example.org/",
            "https://code.example.org/amara",
        }
        # What could not be taken stays to be read.
        left = [row for row in services.rows(ResumeDraft.objects.get()) if not row.is_known]
        assert [row.said["skill"] for row in left if row.problems] == ["Databases", "Underwater basket weaving"]
        assert len(left) == 2

    def test_once_all_is_taken_nothing_waits(self, own, expert):
        own.post("/account/profile/import/", {"text": json.dumps(CV | {"skills": []})})
        take_all(own, expert)
        assert not ResumeDraft.objects.exists()

    def test_twice_adds_nothing(self, own, expert):
        for _ in range(2):
            own.post("/account/profile/import/", {"text": json.dumps(CV)})
            take_all(own, expert)
        assert counted(expert)["Work"] == 3
        assert not [row for row in services.rows(ResumeDraft.objects.get()) if row.is_open]
        before = counted(expert)
        own.post(
            "/account/profile/import/rows/", {"row": [row.key for row in services.rows(ResumeDraft.objects.get())]}
        )
        assert counted(expert) == before

    def test_what_stands_twice_in_it_is_taken_once(self, own, expert):
        again = {"name": "PARCELS  Ltd", "position": "Database Engineer", "startDate": "2019-04", "summary": "Other"}
        own.post("/account/profile/import/", {"text": json.dumps({"work": [*CV["work"], again]})})
        take_all(own, expert)
        assert counted(expert)["Work"] == 2

    def test_a_file_is_as_good_as_text(self, own, expert):
        file = SimpleUploadedFile("me.json", b"\xef\xbb\xbf" + json.dumps(CV).encode(), "text/html")
        assert own.post("/account/profile/import/", {"upload": file}).status_code == 303
        assert ResumeDraft.objects.filter(person=expert).exists()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "Choose a file, or paste its text."),
            ("{\n,}", "stops making sense in line 2"),
            ("[1]", "no JSON Resume"),
            ('{"name": "x"}', "no JSON Resume"),
            ("[" * 100_000, "nested too deeply"),
            ('{"basics": ' + "[" * 5_000 + "]" * 5_000 + "}", "nested too deeply"),
            (json.dumps({"awards": [{"title": "x"}] * 301}), "more than 300 rows"),
            ("x" * 300_000, "At most 262144 characters"),
        ],
    )
    def test_what_is_none_is_refused_and_stays_in_the_field(self, own, text, said):
        answer = own.post("/account/profile/import/", {"text": text})
        assert answer.status_code == 422
        assert said in answer.text
        assert not ResumeDraft.objects.exists()
        assert text[:20].replace('"', "&quot;") in answer.text

    def test_a_file_that_is_too_large_is_not_read(self, own):
        file = SimpleUploadedFile("me.json", b" " * (256 * 1024 + 1))
        assert "256 kB" in own.post("/account/profile/import/", {"upload": file}).text

    @pytest.mark.parametrize(
        "row",
        [
            {"name": "A\u0000cme", "position": "x\ud800y"},
            {"name": ["Acme"], "position": {"a": 1}},
            {"name": 7, "position": None, "highlights": "no list", "url": "javascript:alert(1)"},
            {"name": "x" * 5_000, "position": "y", "startDate": "yesterday"},
            {"name": math.nan, "position": math.inf, "highlights": [-math.inf]},
            "no row",
            None,
        ],
    )
    def test_odd_rows_break_nothing(self, own, expert, row):
        whole = {"work": [row, CV["work"][0]], "basics": [], "skills": "none", "languages": [{"language": "Klingon"}]}
        assert own.post("/account/profile/import/", {"text": json.dumps(whole)}).status_code == 303
        assert own.get("/account/profile/import/").status_code == 200
        take_all(own, expert)
        assert "Parcels Ltd" in Work.objects.values_list("organisation", flat=True)
        assert not SpokenLanguage.objects.exists()

    @pytest.mark.parametrize(
        ("basics", "place", "about"),
        [({"summary": "New"}, "Lagos", "New"), ({"location": {"city": "Accra"}}, "Accra", "Old")],
    )
    def test_what_it_says_nothing_of_stays(self, own, expert, basics, place, about):
        services.save_profile(person=expert, place="Lagos", about="Old")
        own.post("/account/profile/import/", {"text": json.dumps({"basics": basics})})
        take_all(own, expert)
        profile = Profile.objects.get(person=expert)
        assert (profile.place, profile.about) == (place, about)

    def test_it_can_be_thrown_away(self, own, expert):
        own.post("/account/profile/import/", {"text": json.dumps(CV)})
        assert own.post("/account/profile/import/removal/").status_code == 303
        assert not ResumeDraft.objects.exists()
        assert own.post("/account/profile/import/rows/", {"row": ["work-0-0"]}).status_code == 404

    def test_all_the_rows_there_may_be_are_one_profile(self, own, expert):
        """Each once took the search's words of all of them anew."""
        many = {
            "work": [{"name": f"Firm {n}", "position": "x", "startDate": str(1900 + n)} for n in range(60)],
            "awards": [{"title": f"Prize {n}"} for n in range(60)],
        }
        own.post("/account/profile/import/", {"text": json.dumps(many)})
        with CaptureQueriesContext(connection) as queries:
            take_all(own, expert)
        assert Work.objects.first().organisation == "Firm 59"
        assert Work.objects.count() == Achievement.objects.count() == 60
        assert len(queries) < 120 * 3 + 80  # a row, and its way back where it stands there already

    def test_links_are_no_way_around_how_often_we_look_at_pages(self, own, expert, monkeypatch):
        monkeypatch.setitem(LIMITS, "link_check", (2, 3600))
        pages = [{"network": f"N{n}", "url": f"https://example.org/{n}"} for n in range(4)]
        own.post("/account/profile/import/", {"text": json.dumps({"basics": {"profiles": pages}})})
        take_all(own, expert)
        assert ProfileLink.objects.count() == Outbox.objects.filter(task__endswith="check_link").count() == 2
        page = own.get("/account/profile/import/").text
        assert "many links for one day" in page
        assert "https://example.org/3" in page  # it waits

    def test_the_queries_do_not_grow_with_the_rows(self, own, expert):
        counts = []
        for n in (2, 40):
            cv = {name: (rows * n)[:n] if isinstance(rows, list) else rows for name, rows in CV.items()}
            cv["skills"] = [{"name": f"Skill {number}"} for number in range(n)]
            own.post("/account/profile/import/", {"text": json.dumps(cv)})
            with CaptureQueriesContext(connection) as queries:
                own.get("/account/profile/import/")
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestOut:
    def test_it_is_valid(self, own, told):
        answer = own.get("/account/profile/resume.json")
        assert answer["Content-Disposition"] == 'attachment; filename="amara-okonjo.resume.json"'
        said = json.loads(answer.content)
        Draft7Validator(SCHEMA, format_checker=FormatChecker()).validate(said)
        assert said["basics"]["email"] == "amara-okonjo@example.org"
        assert said["work"][0] == {"name": "work", "position": "work", "startDate": "2019-04"}
        assert said["certificates"][0]["expires"] == "2022-01"

    def test_an_empty_profile_is_valid_too(self, own):
        said = json.loads(own.get("/account/profile/resume.json").content)
        Draft7Validator(SCHEMA).validate(said)
        assert set(said) == {"$schema", "basics", "meta"}

    def test_what_went_in_comes_out_and_goes_in_again(self, own, expert, learner, client):
        make_skill("Databases")
        own.post("/account/profile/import/", {"text": json.dumps(CV)})
        take_all(own, expert)
        first = resume.write(services.portrait(expert, Block.values))
        Draft7Validator(SCHEMA).validate(first)
        client.force_login(learner)
        client.post("/account/profile/import/", {"text": json.dumps(first)})
        take_all(client, learner)
        second = resume.write(services.portrait(learner, Block.values))
        for part in ("work", "education", "certificates", "projects", "awards", "skills", "languages"):
            assert second[part] == first[part]
        differing = {name for name in first["basics"] if first["basics"][name] != second["basics"].get(name)}
        assert differing == {"name", "email"}  # whose it is does not come out of a file
