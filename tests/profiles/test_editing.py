"""The pages on which people say who they are: one a block, with plain forms."""

import pytest
from django.core.exceptions import ValidationError

from features.accounts.models import StoredFile
from features.profiles import services
from features.profiles.services.editing import MOST
from features.skills import dates
from features.skills.models import BlockVisibility, Certification, Goal, PersonSkill, Profile, Project, Work
from tests.factories import make_skill, make_upload

pytestmark = pytest.mark.django_db
WORK = {
    "position_held": "Database engineer",
    "organisation": "Parcels Ltd",
    "started_on": "2019-04",
    "is_current": "on",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def own(client, expert):
    client.force_login(expert)
    return client


def positions(person):
    return [work.position_held for work in Work.objects.filter(person=person)]


class TestRows:
    def test_a_row_is_added_and_stands_on_the_page(self, own, expert):
        assert own.post("/account/profile/work/", WORK).status_code == 303
        work = Work.objects.get(person=expert)
        assert (work.started_on, work.is_current, work.span) == ("2019-04", True, "Apr 2019–today")
        assert "Parcels Ltd" in own.get("/people/amara-okonjo/").text

    def test_with_htmx_the_list_and_an_empty_form_come_back(self, own):
        answer = own.post("/account/profile/work/", WORK, headers=HTMX)
        assert answer.status_code == 200
        assert "Parcels Ltd" in answer.text
        assert "<html" not in answer.text
        assert 'value="Database engineer"' not in answer.text

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"position_held": ""}, "Fill this in."),
            ({"started_on": "spring"}, "Write a year (2021)"),
            ({"started_on": "2021-02-30"}, "Write a year (2021)"),
            ({"started_on": "spring", "is_current": "", "ended_on": "autumn"}, "Write a year (2021)"),
            ({"ended_on": "2020"}, "It has ended, or it goes on."),
            ({"is_current": "", "ended_on": "2018"}, "must not be earlier"),
            ({"url": "javascript:alert(1)"}, "Write an address such as https://example.org."),
        ],
    )
    @pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
    def test_a_mistake_is_said_beside_its_field_and_nothing_is_lost(self, own, wrong, said, headers):
        answer = own.post("/account/profile/work/", WORK | wrong, headers=headers)
        assert answer.status_code == 422
        assert said in answer.text
        assert 'value="Parcels Ltd"' in answer.text
        assert not Work.objects.exists()

    def test_it_is_changed_and_removed(self, own, expert):
        own.post("/account/profile/work/", WORK)
        row = f"/account/profile/work/{Work.objects.get().pk}/"
        assert 'value="Parcels Ltd"' in own.get(row).text
        assert own.post(row, WORK | {"organisation": "Letters Ltd"}).status_code == 303
        assert Work.objects.get().organisation == "Letters Ltd"
        assert own.post(row, WORK | {"organisation": ""}).status_code == 422
        assert own.post(f"{row}removal/").status_code == 303
        assert not Work.objects.exists()

    def test_somebody_elses_row_does_not_exist(self, own, learner):
        services.save_entry(person=learner, entry=Work(position_held="Analyst", organisation="Acme"))
        row = f"/account/profile/work/{Work.objects.get().pk}/"
        assert own.get(row).status_code == 404
        for act in ("", "removal/", "place/"):
            assert own.post(f"{row}{act}", WORK).status_code == 404
        assert Work.objects.get().organisation == "Acme"

    @pytest.mark.parametrize("address", ["poems/", "email/1/", "about/1/removal/"])
    def test_what_is_no_block_of_rows_is_not_there(self, own, address):
        assert own.post(f"/account/profile/{address}").status_code in (404, 405)
        assert own.get("/account/profile/poems/").status_code == 404

    def test_new_ones_stand_before_older_ones_and_can_be_moved(self, own, expert):
        for position, started, current in [("Middle", "2015", ""), ("Now", "2019", "on"), ("First", "2009", "")]:
            ended = {} if current else {"ended_on": str(int(started) + 2)}
            own.post(
                "/account/profile/work/",
                WORK | {"position_held": position, "started_on": started, "is_current": current} | ended,
            )
        assert positions(expert) == ["Now", "Middle", "First"]
        first = Work.objects.get(position_held="First")
        assert own.post(f"/account/profile/work/{first.pk}/place/", {"direction": "up"}).status_code == 303
        assert positions(expert) == ["Now", "First", "Middle"]
        own.post(f"/account/profile/work/{first.pk}/place/", {"direction": "down"}, headers=HTMX)
        own.post(f"/account/profile/work/{first.pk}/place/", {"direction": "down"})
        assert positions(expert) == ["Now", "Middle", "First"]

    def test_the_same_skill_is_not_said_twice(self, own, expert, skill):
        assert own.post("/account/profile/skills/", {"skill": "postgres", "level": "3"}).status_code == 303
        answer = own.post("/account/profile/skills/", {"skill": "PostgreSQL", "level": "5"})
        assert answer.status_code == 422
        assert "stands on your profile already" in answer.text
        assert PersonSkill.objects.get().level == 3

    def test_a_block_is_not_endless(self, expert):
        for n in range(MOST):
            services.save_entry(person=expert, entry=Certification(name=f"No. {n}"))
        with pytest.raises(services.EntryRefused) as refused:
            services.save_entry(person=expert, entry=Certification(name="One more"))
        assert refused.value.code == "too_many"

    def test_the_queries_of_a_page_do_not_grow_with_its_rows(
        self, own, expert, django_assert_num_queries, django_assert_max_num_queries
    ):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        counts = []
        for n in range(6):
            services.save_entry(person=expert, entry=PersonSkill(skill=make_skill(f"Skill {n}"), level=2))
            if n in (1, 5):
                with CaptureQueriesContext(connection) as queries:
                    own.get("/account/profile/skills/")
                counts.append(len(queries))
        assert counts[0] == counts[1]


class TestWhatThereIsOneOf:
    def test_about_and_phone(self, own, expert):
        assert own.post("/account/profile/about/", {"place": "Lagos", "about": "Boring databases."}).status_code == 303
        assert own.post("/account/profile/phone/", {"phone": "+234 1 23"}).status_code == 303
        profile = Profile.objects.get(person=expert)
        assert (profile.place, profile.about, profile.phone) == ("Lagos", "Boring databases.", "+234 1 23")
        assert "Boring databases." in own.get("/account/profile/about/").text

    def test_the_address_is_changed_elsewhere(self, own):
        assert "amara-okonjo@example.org" in own.get("/account/profile/email/").text
        assert own.post("/account/profile/email/", {"email": "other@example.org"}).status_code == 405

    def test_who_sees_a_block_is_chosen_on_its_page(self, own, expert):
        assert own.post("/account/profile/work/visibility/", {"visibility": "members"}).status_code == 303
        assert BlockVisibility.objects.get(person=expert, block="work").visibility == "members"
        assert own.post("/account/profile/work/visibility/", {"visibility": "nobody"}).status_code == 422
        assert own.post("/account/profile/poems/visibility/", {"visibility": "members"}).status_code == 404
        assert BlockVisibility.objects.count() == 1

    def test_the_overview_leads_everywhere(self, own, told):
        text = own.get("/account/profile/").text
        for block in ("about", "skills", "goals", "work", "links", "availability", "email", "phone"):
            assert f'href="/account/profile/{block}/"' in text


class TestPhoto:
    def test_it_is_shown_in_place_of_the_initials(self, own, expert):
        assert ">AO</span>" in own.get("/people/amara-okonjo/").text
        assert own.post("/account/profile/photo/", {"upload": make_upload()}).status_code == 303
        expert.refresh_from_db()
        text = own.get("/people/amara-okonjo/").text
        assert f"/files/{expert.photo_id}/192.webp" in text
        assert f"/files/{expert.photo_id}/384.webp 2x" in text
        assert ">AO</span>" not in text

    def test_what_is_no_picture_is_refused_beside_the_field(self, own, expert):
        upload = make_upload()
        upload.file.seek(0)
        upload.file.write(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        upload.file.seek(0)
        answer = own.post("/account/profile/photo/", {"upload": upload})
        assert answer.status_code == 422
        assert "no JPEG, PNG or WebP picture" in answer.text
        assert own.post("/account/profile/photo/").status_code == 422
        assert not StoredFile.objects.exists()

    def test_what_no_file_of_ours_can_be_is_not_taken_in(self, own):
        from django.core.files.uploadedfile import SimpleUploadedFile

        from core.uploads import MOST_BYTES

        upload = SimpleUploadedFile("a.jpg", bytes(MOST_BYTES + 1), "image/jpeg")
        answer = own.post("/account/profile/photo/", {"upload": upload})
        assert answer.status_code == 422
        assert not answer.wsgi_request.FILES
        assert "8 MB" in answer.text
        upload = SimpleUploadedFile("a.jpg", bytes(MOST_BYTES - 1), "image/jpeg")
        assert "larger than 8 MB" in own.post("/account/profile/photo/", {"upload": upload}).text

    def test_it_is_removed(self, own, expert):
        own.post("/account/profile/photo/", {"upload": make_upload()})
        assert own.post("/account/profile/photo/removal/").status_code == 303
        assert not StoredFile.objects.exists()

    def test_too_many_are_refused_for_a_while(self, own):
        for _ in range(30):
            own.post("/account/profile/photo/", {"upload": make_upload(size=(2, 2))})
        assert own.post("/account/profile/photo/", {"upload": make_upload(size=(2, 2))}).status_code == 429


class TestPictureOfAProject:
    PROJECT = {"name": "Moving two billion rows", "summary": "Without a night shift."}

    def test_it_comes_with_the_form_and_goes_with_the_row(self, own, expert):
        assert own.post("/account/profile/projects/", self.PROJECT | {"upload": make_upload()}).status_code == 303
        project = Project.objects.get()
        assert project.picture.widths == [480, 960]
        row = f"/account/profile/projects/{project.pk}/"
        own.post(row, self.PROJECT | {"upload": make_upload()})
        assert StoredFile.objects.get() == Project.objects.get().picture
        own.post(row, self.PROJECT | {"without_picture": "on"})
        assert not StoredFile.objects.exists()
        own.post(row, self.PROJECT | {"upload": make_upload()})
        own.post(f"{row}removal/")
        assert not StoredFile.objects.exists()

    def test_what_is_no_picture_saves_nothing(self, own):
        from django.core.files.uploadedfile import SimpleUploadedFile

        upload = SimpleUploadedFile("a.png", b"<html>", "image/png")
        answer = own.post("/account/profile/projects/", self.PROJECT | {"upload": upload})
        assert answer.status_code == 422
        assert "no JPEG, PNG or WebP picture" in answer.text
        assert not Project.objects.exists()


class TestDates:
    @pytest.mark.parametrize("value", ["2021", "2021-03", "2021-03-14", "2024-02-29"])
    def test_as_people_remember_them(self, value):
        dates.check(value)

    @pytest.mark.parametrize(
        "value", ["21", "2021-13", "2021-00", "2021-3", "2023-02-29", "2021-03-14T10", "x" * 10, "2021\n"]
    )
    def test_and_nothing_else(self, value):
        with pytest.raises(ValidationError):
            dates.check(value)

    def test_a_year_stands_for_all_its_days(self):
        assert str(dates.first_day("2021")) == "2021-01-01"
        assert str(dates.last_day("2021")) == "2021-12-31"
        assert str(dates.last_day("2024-02")) == "2024-02-29"
        assert dates.words("2021-03-14") == "14 Mar 2021"


def test_two_skills_that_become_one_are_said_once(expert, learner, organiser):
    from features.skills import services as skills

    one, other = make_skill("Postgres"), make_skill("PostgreSQL")
    services.save_entry(person=expert, entry=PersonSkill(skill=one, level=4))
    services.save_entry(person=expert, entry=PersonSkill(skill=other, level=2))
    services.save_entry(person=learner, entry=Goal(skill=one, level=3))
    assert skills.preview(source=one, into=other)["profiles"] == 2
    skills.merge(source=one, into=other, by=organiser)
    assert PersonSkill.objects.get(person=expert).level == 4
    assert Goal.objects.get(person=learner).skill == other
