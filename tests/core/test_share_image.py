"""What goes along when a page is shared: its own title, drawn; in letters that the font lacks, the site's picture."""

from io import BytesIO

import pytest
from PIL import Image

from core import share_image
from tests.factories import make_session

pytestmark = pytest.mark.django_db


def size(content):
    with Image.open(BytesIO(content)) as image:
        return image.size


def test_a_sessions_page_names_a_picture_of_its_own(client, expert, skill):
    session = make_session(expert, about=[skill], title="Indexes nobody uses")
    path = f"{session.get_absolute_url()}image.png"
    assert 'og:image" content="http' in (page := client.get(session.get_absolute_url()).text)
    assert f'{path}">' in page
    answer = client.get(path)
    assert (answer["Content-Type"], size(answer.content)) == ("image/png", (1200, 630))
    assert len(answer.content) < 40_000
    assert "public" in answer["Cache-Control"]


def test_two_titles_are_two_pictures():
    assert share_image.draw("One", "") != share_image.draw("Other", "")
    assert share_image.draw("One", "Monday") != share_image.draw("One", "")


@pytest.mark.parametrize("title", ["W" * 120, "one " * 30, "x", "Łukasz Žižek: " + "Donaudampfschifffahrt" * 5])
def test_every_title_stays_within_its_room(title):
    with Image.open(BytesIO(share_image.draw(title, "Thu 26 November, 22:30 Buenos Aires time"))) as image:
        beside = image.convert("RGB").crop((640, 0, 671, 630))
    assert beside.getcolors() == [(31 * 630, (0, 64, 74))]


@pytest.mark.parametrize("title", ["数据库索引", "Индексы", "\u2060", ""])
def test_letters_that_the_font_lacks_lead_to_the_picture_of_the_site(title):
    answer = share_image.answer(title)
    assert answer.status_code == 302
    assert "img/og" in answer["Location"]


def test_a_name_in_other_letters_is_left_out_and_not_drawn_as_boxes():
    assert share_image.draw("Indexes", "mit 数据") == share_image.draw("Indexes", "")
