"""U1–U4: what people upload is drawn anew, kept under a random name, and shown to whoever may see it."""

import random
import resource
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from core.jobs import run_pending
from features.accounts import services
from features.accounts.models import StoredFile
from features.accounts.personal_data import erase_all, export_all
from features.accounts.services.pictures import MOST_PIXELS, SHAPES, draw
from tests.bombs import BOMBS, picture

pytestmark = pytest.mark.django_db
GPS = 0x8825


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A folder of its own: a sweep in a test must not find anybody's pictures."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media"), "base_url": None},
        }
    }
    return tmp_path / "media"


def upload(content: bytes, name="me.jpg", content_type="image/jpeg"):
    return SimpleUploadedFile(name, content, content_type)


def read(file, width) -> bytes:
    with default_storage.open(file.path(width)) as content:
        return content.read()


def on_disk(media) -> list:
    return sorted(path for path in media.rglob("*") if path.is_file())


# --- What is taken ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew_in_three_widths(expert, form):
    services.set_photo(person=expert, upload=upload(picture(form)))
    assert expert.photo.widths == [96, 192, 384]
    for width in expert.photo.widths:
        with Image.open(BytesIO(read(expert.photo, width))) as drawn:
            assert (drawn.format, drawn.size) == ("WEBP", (width, round(width * 1.16)))


def test_where_and_when_it_was_taken_is_gone_and_it_stands_upright(expert):
    tall = Image.new("RGB", (400, 600), "navy")
    tall.paste("yellow", (0, 0, 400, 300))  # what is above when the camera lies on its side
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it right
    exif[0x010F] = "canary-camera"
    exif.get_ifd(GPS)[2] = (48.0, 8.0, 14.0)
    out = BytesIO()
    tall.save(out, "JPEG", exif=exif, comment=b"canary-comment")
    assert b"canary-camera" in out.getvalue()
    services.set_photo(person=expert, upload=upload(out.getvalue()))
    for width in expert.photo.widths:
        content = read(expert.photo, width)
        assert b"canary" not in content
        drawn = Image.open(BytesIO(content))
        assert not drawn.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(drawn.info)
    middle = drawn.height // 2
    assert drawn.getpixel((5, middle))[2] > 90 > drawn.getpixel((5, middle))[0]  # blue came from below to the left
    assert drawn.getpixel((drawn.width - 5, middle))[0] > 200  # yellow from above to the right


def test_what_is_see_through_stands_on_white(expert):
    out = BytesIO()
    Image.new("RGBA", (200, 200), (0, 0, 0, 0)).save(out, "PNG")
    services.set_photo(person=expert, upload=upload(out.getvalue()))
    with Image.open(BytesIO(read(expert.photo, 96))) as drawn:
        assert min(drawn.getpixel((48, 48))) > 250


# --- What is not ------------------------------------------------------------------------------------------------------
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert("canary")</script></svg>'
HTML = b"<!doctype html><script>alert('canary')</script>"
BODIES = {
    "svg": SVG, "html": HTML, "xml": b"<?xml version='1.0'?><canary/>", "pdf": b"%PDF-1.7 canary", "empty": b"",
    "zip": b"PK\x03\x04canary", "elf": b"\x7fELFcanary", "shell": b"#!/bin/sh\necho canary", "js": b"alert('canary')",
    "css": b"body{canary:0}", "gif": picture("GIF"), "bmp": picture("BMP"), "tiff": picture("TIFF"),
    "ico": picture("ICO", (32, 32)), "gif-html": b"GIF89a" + HTML,
}  # fmt: skip
DRESSES = [("me.jpg", "image/jpeg"), ("me.png", "image/png"), ("me.svg", "image/svg+xml"), ("me.html", "text/html")]


class TestPolyglots:
    """Sixty that claim to be pictures and are not, and pictures that are something else besides."""

    @pytest.mark.parametrize("dress", DRESSES, ids=lambda dress: dress[0])
    @pytest.mark.parametrize("body", BODIES, ids=str)
    def test_a_name_and_a_type_do_not_make_a_picture(self, expert, media, body, dress):
        with pytest.raises(services.FileRefused) as refused:
            services.set_photo(person=expert, upload=upload(BODIES[body], *dress))
        assert refused.value.code == "not_a_picture"
        assert not StoredFile.objects.exists()
        assert not on_disk(media)

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    @pytest.mark.parametrize("tail", [SVG, HTML, b"PK\x03\x04canary", b"<?php canary ?>"])
    def test_what_hangs_behind_a_picture_is_gone(self, expert, form, tail):
        services.set_photo(person=expert, upload=upload(picture(form) + tail, "me.html", "text/html"))
        for width in expert.photo.widths:
            content = read(expert.photo, width)
            assert content.startswith(b"RIFF")
            assert b"canary" not in content

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_a_picture_that_ends_in_the_middle_is_refused(self, form):
        noise = Image.frombytes("RGB", (300, 300), random.Random(1).randbytes(270_000))
        out = BytesIO()
        noise.save(out, form)
        with pytest.raises(services.FileRefused):
            draw(upload(out.getvalue()[: len(out.getvalue()) // 2]), SHAPES["photo"])


# --- Bombs ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_without_unpacking_it(name):
    bomb = upload(BOMBS[name]())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(services.FileRefused):
        draw(bomb, SHAPES["photo"])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_the_limit_itself_is_a_picture():
    width = int(MOST_PIXELS**0.5)
    drawn = draw(upload(picture("JPEG", (width, MOST_PIXELS // width))), SHAPES["photo"])
    assert len(drawn) == 3


# --- Names ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\0b.png", "\u202egnp.exe", "a\r\nSet-Cookie: canary=1.png", "x" * 300 + ".jpg", ".."]
)
def test_the_name_of_the_file_is_never_used(expert, media, name):
    file = upload(picture())
    file._name = name  # as a browser may send it; Django's own cleaning is not what this relies on
    services.set_photo(person=expert, upload=file)
    assert all(expert.photo.name in path.name and path.is_relative_to(media) for path in on_disk(media))
    assert len(on_disk(media)) == 3
    assert len(expert.photo.name) == 22


# --- Who gets it ------------------------------------------------------------------------------------------------------
class TestServing:
    def test_a_public_one_is_for_everybody_and_for_a_year(self, client, expert):
        services.set_photo(person=expert, upload=upload(picture()))
        answer = client.get(expert.photo.url(192))
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/webp"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.content.startswith(b"RIFF")

    def test_a_private_one_is_for_whom_its_parent_is(self, client, monkeypatch, expert, learner, outsider):
        monkeypatch.setitem(services.file_access, "photo", lambda file, viewer: viewer in (expert, learner))
        file = services.store_picture(owner=expert, upload=upload(picture()), kind="photo", is_public=False)
        assert client.get(file.url(96)).status_code == 404
        client.force_login(outsider)
        assert client.get(file.url(96)).status_code == 404
        client.force_login(learner)
        answer = client.get(file.url(96))
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize("address", ["/files/", "/files/{}/", "/files/{}/97.webp", "/files/{}/../96.webp"])
    def test_there_is_no_listing_and_nothing_beside_it(self, client, expert, address):
        services.set_photo(person=expert, upload=upload(picture()))
        assert client.get(address.format(expert.photo.name)).status_code == 404

    def test_what_is_lost_on_the_disk_is_not_found(self, client, expert):
        services.set_photo(person=expert, upload=upload(picture()))
        default_storage.delete(expert.photo.path(96))
        assert client.get(expert.photo.url(96)).status_code == 404


# --- What goes --------------------------------------------------------------------------------------------------------
class TestGone:
    def test_a_new_photo_takes_the_place_of_the_old_one(self, expert, media):
        services.set_photo(person=expert, upload=upload(picture()))
        old = expert.photo
        services.set_photo(person=expert, upload=upload(picture(colour="red")))
        run_pending()
        assert {path.name.rpartition("-")[0] for path in on_disk(media)} == {expert.photo_id}
        assert not StoredFile.objects.filter(pk=old.name).exists()
        services.set_photo(person=expert, upload=None)
        run_pending()
        assert on_disk(media) == []

    def test_of_two_at_once_one_stays_and_nothing_of_the_other(self, expert, media):
        for tab in [type(expert).objects.get(pk=expert.pk) for _tab in range(2)]:
            services.set_photo(person=tab, upload=upload(picture("JPEG")))
        expert.refresh_from_db()
        assert StoredFile.objects.get().pk == expert.photo_id

    def test_a_refused_one_leaves_the_old_one(self, expert, media):
        services.set_photo(person=expert, upload=upload(picture()))
        with pytest.raises(services.FileRefused):
            services.set_photo(person=expert, upload=upload(HTML))
        expert.refresh_from_db()
        assert expert.photo_id
        assert len(on_disk(media)) == 3

    def test_what_belongs_to_nothing_is_swept_away(self, expert, media):
        services.set_photo(person=expert, upload=upload(picture()))
        default_storage.save("zz/zz-left-behind-96.webp", ContentFile(b"x"))
        assert services.sweep_files() == 0  # a request may be about to commit it
        assert services.sweep_files(now=timezone.now() + timedelta(hours=2)) == 1
        assert len(on_disk(media)) == 3
        services.sweep_files(now=timezone.now() + timedelta(hours=2))

    def test_the_sweep_runs_several_times_a_day(self):
        from core.jobs.registry import find

        assert find("features.accounts.tasks.sweep_files").every <= timedelta(hours=23)

    def test_erasing_a_person_erases_their_files(self, expert, media):
        services.set_photo(person=expert, upload=upload(picture()))
        assert export_all(expert)["accounts"]["files"][0]["name"] == expert.photo_id
        erase_all(expert)
        run_pending()
        expert.refresh_from_db()
        assert expert.photo_id is None
        assert on_disk(media) == []
