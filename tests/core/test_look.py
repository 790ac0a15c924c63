"""What the look promises: its weight, nothing inline, one field for every form, a frame that knows strangers."""

import re
from pathlib import Path

import brotli
import django_htmx
import pytest
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.templatetags.static import static
from django.urls import reverse

from core import context, nav, views_dev
from core.middleware import page_above
from core.static import HashedFiles
from features.accounts.context import demo_world
from features.accounts.fields import NameField
from tests.factories import make_user

STATIC = settings.BASE_DIR / "static"
HTMX = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"
TEMPLATES = sorted(
    [*(settings.BASE_DIR / "templates").rglob("*"), *(settings.BASE_DIR / "features").rglob("templates/**/*")]
)
TEMPLATES = [path for path in TEMPLATES if path.suffix in {".html", ".txt"}]
# Mail programs read no stylesheet, so letters carry their style with them.
PAGES = [path for path in TEMPLATES if path.suffix == ".html" and "email" not in path.parent.parts]
SPRITE = (STATIC / "img/icons.svg").read_text()
SYMBOLS = re.findall(r'<symbol id="([^"]+)"', SPRITE)


def name_of(path):
    return str(path.relative_to(settings.BASE_DIR))


def weight(*paths):
    return sum(len(brotli.compress(path.read_bytes(), quality=11)) for path in paths)


class TestWeight:
    def test_the_whole_sites_styles_are_at_most_12_kb(self):
        assert weight(*(path for path in (STATIC / "css").glob("*.css") if path.name != "dev.css")) <= 12_000

    def test_the_whole_sites_scripts_are_at_most_20_kb_with_htmx(self):
        assert weight(HTMX, *(STATIC / "js").glob("*.js")) <= 20_000

    def test_what_every_first_visit_loads_leaves_20_kb_of_80_for_the_page(self):
        files = ["css/site.css", "js/site.js", "fonts/schibsted-grotesk.woff2", "img/icons.svg", "img/favicon.svg"]
        assert weight(HTMX, *(STATIC / name for name in files)) <= 60_000


class TestTemplates:
    @pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
    def test_compiles(self, path):
        root = next(parent for parent in path.parents if parent.name == "templates")
        get_template(str(path.relative_to(root)))

    @pytest.mark.parametrize("path", PAGES, ids=name_of)
    def test_holds_nothing_inline(self, path):
        html = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", path.read_text(), flags=re.DOTALL)
        assert not re.search(r"<style|\sstyle\s*=|\shx-on|\son[a-z]+\s*=|javascript:|js:", html, re.IGNORECASE)
        for attributes in re.findall(r"<script([^>]*)>", html, re.IGNORECASE):
            assert "src=" in attributes or re.search(r'type="application/(ld\+)?json"', attributes)

    @pytest.mark.parametrize("path", PAGES, ids=name_of)
    def test_what_scrolls_sideways_can_be_reached_by_keyboard(self, path):
        assert not re.search(r'class="scroll"(?! tabindex="0")', path.read_text())

    def test_every_icon_that_is_used_is_in_the_sprite(self):
        used = {place.icon for place in nav._places if place.icon}
        for path in TEMPLATES:
            used |= set(re.findall(r'{% icon "([^"]+)"', path.read_text()))
        for path in [*(settings.BASE_DIR / "core").rglob("*.py"), *(settings.BASE_DIR / "features").rglob("*.py")]:
            used |= set(re.findall(r'\bicon(?:\(|=)"([^"]+)"', path.read_text()))
        assert used
        assert used <= set(SYMBOLS)

    def test_the_sprite_names_each_symbol_once(self):
        assert len(SYMBOLS) == len(set(SYMBOLS))

    def test_no_page_calls_a_part_of_its_own_like_one_of_the_frame(self):
        """htmx would swap the first that is called so: what was written stood on the page twice."""
        frame = [path for path in TEMPLATES if path.name in ("base.html", "_messages.html") and path in PAGES]
        named = {path: set(re.findall(r'\bid="([\w-]+)"', path.read_text())) for path in PAGES}
        taken = set().union(*(named[path] for path in frame))
        whole = {path for path in PAGES if path.read_text().lstrip().startswith("<!doctype")}
        assert {"messages", "toasts", "told"} <= taken
        assert not {path: ids & taken for path, ids in named.items() if ids & taken and path not in {*frame, *whole}}


class TestFaults:
    class Form(forms.Form):
        title = forms.CharField(min_length=10, max_length=12)
        seats = forms.IntegerField(min_value=1, max_value=5, error_messages={"max_value": "The room has five."})

    @pytest.mark.parametrize(
        ("title", "seats", "said"),
        [
            ("Why", "0", ["Write at least 10 characters: these are 3.", "At least 1."]),
            ("Why is it so slow?", "6", ["At most 12 characters: these are 18.", "The room has five."]),
        ],
    )
    def test_what_is_too_short_or_too_much_is_said_plainly(self, title, seats, said):
        form = self.Form({"title": title, "seats": seats})
        assert [str(errors[0]) for errors in form.errors.values()] == said
        assert said[0] in form.render()

    @pytest.mark.parametrize(
        ("field", "typed", "said"),
        [
            (forms.CharField(), "", "Fill this in."),
            (forms.CharField(error_messages={"required": "Say your name."}), "", "Say your name."),
            (forms.BooleanField(), "", "Tick this to go on."),
            (forms.ChoiceField(choices=[("a", "A")]), "", "Choose one."),
            (forms.TypedChoiceField(choices=[("a", "A")]), "b", "Choose one of those that are offered."),
            (forms.MultipleChoiceField(choices=[("a", "A")]), [], "Choose at least one."),
            (forms.IntegerField(), "many", "Write a number in digits."),
            (forms.DateField(), "soon", "Write a date such as 2030-03-24."),
            (forms.TimeField(), "soon", "Write a time such as 18:30."),
            (forms.EmailField(), "somebody", "Write it in full, such as name@example.org."),
            (forms.URLField(assume_scheme="https"), "no such", "Write an address such as https://example.org."),
            (forms.FileField(), None, "Choose a file."),
            (NameField(), "", "Fill this in."),
        ],
    )
    def test_what_is_missing_or_mistyped_is_said_as_a_person_would(self, field, typed, said):
        form = type("Form", (forms.Form,), {"one": field})({"one": typed} if typed else {})
        assert form.errors["one"] == [said]
        assert said in form.render()


class TestPagelessAddress:
    """An address to which only forms send, asked for as a page."""

    def test_it_says_so_and_leads_to_the_page_with_the_button(self, client, db):
        answer = client.get("/sessions/7/a-talk/copy/")
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        html = answer.content.decode()
        assert "There is no page at this address." in html
        assert 'href="/sessions/7/a-talk/"' in html

    @pytest.mark.parametrize(
        ("path", "above"),
        [
            ("/payments/orders/abc/checkout/", "/payments/orders/abc/"),
            ("/sessions/kept/new/", "/sessions/"),
            ("/attendance/abc/", "/"),
        ],
    )
    def test_the_page_above_is_one_that_is_there(self, path, above):
        assert page_above(path) == above

    def test_programs_get_no_page(self, client, db):
        assert client.head("/sessions/7/a-talk/copy/").content == b""
        assert client.delete("/sessions/").content == b""


class TestFrame:
    """A page that exists for everybody: the one that says that nothing stands here."""

    def test_a_strangers_page_holds_nothing_personal(self, client, db):
        response = client.get("/nothing/stands/here/")
        html = response.content.decode()
        assert response.status_code == 404
        assert not response.cookies
        assert "csrfmiddlewaretoken" not in html
        assert "nonce" not in html
        assert reverse("account_login") + "?next=/nothing/stands/here/" in html
        assert "data-guest" in html

    def test_a_members_page_holds_the_menu_with_its_own_token(self, client, learner):
        client.force_login(learner)
        html = client.get("/nothing/stands/here/").content.decode()
        assert "You, Sofia Mendes" in html
        assert "csrfmiddlewaretoken" in html
        assert "data-guest" not in html
        assert "Times are shown in Lisbon time." in html

    def test_ones_own_places_stand_in_groups_and_one_of_all_is_current(self, client, learner):
        client.force_login(learner)
        html = client.get(reverse("preferences")).content.decode()
        for key, title in context.OWN:
            if nav.links(key, ""):
                assert (
                    f'<p class="kicker" id="side-{key}">{title}</p><ul role="list" aria-labelledby="side-{key}">'
                    in html
                )
        assert html.count('aria-current="page"') == 1  # beside the page; the menu does not lead to it
        assert client.get(reverse("account")).text.count('aria-current="page"') == 2

    def test_every_place_stands_in_a_section_that_is_shown(self):
        shown = {"main", *(key for key, _ in [*context.FOOTER, *context.OWN])}
        assert {place.section for place in nav._places} <= shown

    def test_there_is_one_h1_one_main_and_a_way_past_the_navigation(self, client, db):
        html = client.get("/nothing/stands/here/").content.decode()
        assert html.count("<h1") == html.count("<main") == 1
        assert 'href="#main"' in html

    def test_links_that_leave_a_page_keep_its_query(self, client, db):
        html = client.get("/nothing/?q=sql&free=1").content.decode()
        assert "?next=/nothing/%3Fq%3Dsql%26free%3D1" in html

    @pytest.mark.parametrize(
        ("address", "empty", "narrowed"),
        [
            ("/sessions/", "Nothing on the calendar yet", "No session for “zzz”"),
            ("/mentors/", "Nobody mentors here yet", "No mentor for “zzz”"),
            ("/library/", "Nothing has been written yet", "Nothing for “zzz”"),
        ],
    )
    def test_a_list_of_nothing_speaks_of_filters_only_where_some_are_on(self, client, db, address, empty, narrowed):
        page = client.get(address).text
        assert empty in page
        assert narrowed not in page
        page = client.get(address, {"q": "zzz"}).text
        assert narrowed in page
        assert empty not in page

    def test_a_demo_is_called_one_while_invented_people_are_here(self, rf, db, learner, settings):
        settings.DEMO, settings.IS_LOOPBACK = True, True
        assert not demo_world(rf.get("/"))["has_demo_world"]()
        make_user("Invented", is_demo=True)
        assert demo_world(rf.get("/"))["has_demo_world"]()
        settings.DEMO = False
        assert not demo_world(rf.get("/"))["has_demo_world"]()

    @pytest.mark.parametrize("name", ["400.html", "500.html", "503.html"])
    def test_what_is_drawn_when_all_is_broken_needs_no_context_and_no_database(self, name):
        html = render_to_string(name)
        assert "<h1>" in html
        assert "/static/css/site.css" in html

    def test_a_missing_manifest_is_no_second_failure(self, settings):
        hashed = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
        settings.STORAGES = settings.STORAGES | {"staticfiles": hashed}
        with pytest.raises(ValueError, match="manifest"):
            static("css/site.css")
        assert 'href="/static/css/site.css"' in render_to_string("500.html")

    @pytest.mark.django_db  # the frame says what is announced
    def test_too_often_says_when(self, rf):
        assert "in 5 minutes" in render_to_string("429.html", {"retry_after": 300}, rf.get("/"))
        assert "in 40 seconds" in render_to_string("429.html", {"retry_after": 40}, rf.get("/"))

    @pytest.mark.django_db  # the frame says what is announced
    def test_too_often_leads_on_to_what_was_asked_for_and_back_to_what_was_typed(self, rf):
        asked = render_to_string("429.html", {"retry_after": 40}, rf.get("/sessions/?q=sql&level=2"))
        assert 'href="/sessions/?q=sql&amp;level=2" rel="nofollow">Try again' in asked
        assert "what you typed" not in asked
        sent = render_to_string("429.html", {"retry_after": 40}, rf.post("/sessions/1/x/registration/"))
        assert "what you typed is still there" in sent
        assert ">Try again<" not in sent

    @pytest.mark.django_db  # the frame says what is announced
    def test_a_form_that_is_too_old_leads_back_to_its_page_and_to_no_other_site(self, rf):
        def page(referer):
            return render_to_string("403_csrf.html", {}, rf.post("/forum/new/", headers={"Referer": referer}))

        assert 'href="/forum/new/?board=sql">Begin the form anew' in page("http://testserver/forum/new/?board=sql#text")
        for referer in ("https://evil.example/forum/new/", "javascript:alert(1)", "//evil.example", ""):
            assert "Begin the form anew" not in page(referer)

    def test_messages_are_notes_on_a_page_and_toasts_after_htmx(self):
        said = [Message(messages.ERROR, "The card was declined. <b>")]
        page = render_to_string("_messages.html", {"messages": said, "has_session": True})
        assert 'id="messages"' in page
        assert '<div class="note bad" role="alert">' in page
        assert "&lt;b&gt;" in page
        toast = render_to_string("_messages.html", {"messages": said, "out_of_band": True})
        assert 'id="toasts" hx-swap-oob="beforeend"' in toast
        assert '<div class="toast bad" role="alert">' in toast

    def test_a_request_without_a_session_is_not_asked_for_messages(self):
        class Unasked:
            def __iter__(self):
                raise AssertionError("this starts a session")

        assert "note" not in render_to_string("_messages.html", {"messages": Unasked(), "has_session": False})


class TestLetters:
    context = {
        "site_name": "MasteryHub",
        "site_url": "https://hub.example",
        "action_url": "https://hub.example/seat/?a=1&b=2",
        "action_label": "Open your seat",
        "preferences_url": "https://hub.example/preferences/",
        "why": "You registered.",
    }

    def test_html_and_text_carry_the_same_one_act_and_the_way_to_fewer_letters(self):
        html = render_to_string("email/base.html", self.context)
        assert html.count('href="https://hub.example/seat/?a=1&amp;b=2"') == 1
        text = get_template("email/base.txt").template.render(Context(self.context, autoescape=False))
        assert "Open your seat:\nhttps://hub.example/seat/?a=1&b=2\n" in text
        for letter in (html, text):
            assert "https://hub.example/preferences/" in letter
            assert "You registered." in letter

    def test_without_an_act_there_is_no_empty_button(self):
        assert "background:#f6b93b" not in render_to_string("email/base.html", self.context | {"action_url": ""})


class Sample(forms.Form):
    title = forms.CharField(help_text="Under ten words.")
    price = forms.IntegerField()
    note = forms.CharField(required=False, widget=forms.TextInput(attrs={"placeholder": "Note for the host"}))
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agree = forms.BooleanField()

    def clean(self):
        if self.cleaned_data.get("title") == "refuse":
            raise forms.ValidationError("Not today.")


class TestTheOneField:
    def test_label_help_and_input_belong_together(self):
        html = str(Sample())
        assert '<label for="id_title">title</label>'.lower() in html.lower()
        assert re.search(r'<input[^>]*name="title"[^>]*aria-describedby="id_title_helptext"', html)
        assert '<div class="help" id="id_title_helptext">Under ten words.</div>' in html

    def test_what_may_be_left_out_says_so(self):
        assert str(Sample()).count("(optional)") == 1

    def test_what_has_to_be_filled_in_is_told_to_assistive_technology_and_left_to_our_own_words(self):
        html = str(Sample())
        assert not re.search(r"\srequired\b", html)
        assert re.search(r'<input[^>]*name="title"[^>]*aria-required="true"', html)
        assert re.search(r'<input[^>]*name="agree"[^>]*aria-required="true"', html)
        assert '<fieldset class="field " role="radiogroup" aria-required="true"' in html
        assert html.count("aria-required") == 4
        assert "Fill this in." in str(Sample({"price": "1"}))

    def test_a_fault_stands_at_its_field_and_the_first_takes_the_focus(self):
        html = str(Sample({"title": "x", "price": "much", "kind": "c", "agree": "on"}))
        wrong = re.search(r'<input[^>]*name="price"[^>]*>', html)[0]
        assert 'aria-invalid="true"' in wrong
        assert 'aria-describedby="id_price_error"' in wrong
        assert "autofocus" in wrong
        assert html.count("autofocus") == 1
        assert re.search(r'id="id_price_error"><p class="error">.*?Write a number in digits', html, re.DOTALL)

    def test_several_faults_are_listed_above_with_links(self):
        html = str(Sample({"title": "x"}))
        assert 'role="alert"' in html
        assert '<a href="#id_price">' in html
        assert '<a href="#id_kind">' in html
        assert 'id="id_kind"' in html

    def test_one_fault_needs_no_list(self):
        assert 'role="alert"' not in str(Sample({"title": "x", "price": "1", "kind": "a"}))

    def test_a_refusal_of_the_whole_form_stands_above_it(self):
        html = str(Sample({"title": "refuse", "price": "1", "kind": "a", "agree": "on"}))
        assert html.index("Not today.") < html.index("<input")

    def test_choices_are_a_group_with_a_legend(self):
        html = str(Sample())
        assert re.search(r"<fieldset[^>]*>\s*<legend>Kind</legend>", html)
        assert html.count('class="choice"') == 2

    def test_a_placeholder_that_repeats_the_label_is_left_out(self):
        assert "placeholder" not in str(Sample())


class TestAccountPages:
    """allauth's pages in our frame; what they do is the accounts feature's to test."""

    @pytest.mark.parametrize(
        "name", ["account_login", "account_signup", "account_reset_password", "account_request_login_code"]
    )
    def test_for_strangers(self, client, db, name):
        self.check(client.get(reverse(name)))

    @pytest.mark.parametrize(
        "name", ["account_email", "account_change_password", "account_logout", "mfa_index", "usersessions_list"]
    )
    def test_for_members(self, client, learner, name):
        client.force_login(learner)
        self.check(client.get(reverse(name)))

    def check(self, response):
        html = response.content.decode()
        assert response.status_code == 200
        assert html.count("<h1") == 1
        assert re.search(r"<title>\s*\w", html)
        assert 'content="noindex"' in html
        assert "Sign In" not in html
        for button in re.findall(r"<(?:a|button)\b[^>]*\bbtn\b[^>]*>", html):
            assert "class=" in button
        assert len(re.findall(r'class="btn[^"]*\bmain\b', html)) <= 2


class TestStylePage:
    def test_it_shows_every_icon_every_role_and_both_themes(self, rf, db):
        html = views_dev.style(rf.get("/dev/style/")).content.decode()
        for name in SYMBOLS:
            assert f"#{name}" in html
        dark = views_dev.style(rf.get("/dev/style/", {"theme": "dark"})).content.decode()
        assert 'data-theme="dark"' in dark
        odd = views_dev.style(rf.get("/dev/style/", {"theme": '"><script>'})).content.decode()
        assert "data-theme" not in odd

    def test_it_is_not_there_without_the_demo(self, client, db):
        assert not settings.DEMO
        assert client.get("/dev/style/").status_code == 404


def test_a_style_sheet_leaves_without_remarks_and_with_its_licences(tmp_path):
    sheet = b"/* One */\n.a { color: red }\n/*! A licence */\n/* two\nlines */ .b { top: 0 }\n"
    store = HashedFiles(location=tmp_path, base_url="/static/")
    source = FileSystemStorage(location=tmp_path / "from")
    source.save("x.css", ContentFile(sheet))
    list(store.post_process({"x.css": (source, "x.css")}))
    [kept] = tmp_path.glob("x.*.css")
    assert kept.read_bytes() == b".a { color: red }\n/*! A licence */\n.b { top: 0 }\n"
