"""Small pages in the site's own frame, for what test_site_script.py tries in a browser."""

from datetime import UTC, datetime
from itertools import count

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path

from core.limits import RateLimited

START = datetime(2031, 11, 26, 18, 30, tzinfo=UTC)
END = datetime(2031, 11, 26, 20, 0, tzinfo=UTC)
sent, voted = count(1), count(1)


def page(body, **context):
    source = '{% extends "base.html" %}{% block title %}Try{% endblock %}{% block main %}<h1>Try</h1>'

    def view(request):
        template = engines["django"].from_string(source + body + "{% endblock %}")
        return HttpResponse(template.render({**context, "sent": request.GET.get("sent")}, request))

    return view


times = page(
    """
    <p id="full">{% when start "Africa/Lagos" end=end %}</p>
    <p id="day">{% when start "Africa/Lagos" shape="day" %}</p>
    <div id="tile">{% tile start "Africa/Lagos" %}</div>
    <p id="beside">{% beside start "Africa/Lagos" %}</p>
    <form>
      <label>Zone
        <select id="zone" data-zone><option value="">Choose<option>Asia/Tokyo<option>Africa/Lagos</select></label>
      <input type="hidden" id="hidden" data-zone>
    </form>
    <p id="left" data-countdown="75">01:15</p>
    <p id="kept">{% when start "Africa/Lagos" shape="date" %}</p>
    """,
    start=START,
    end=END,
)
NEXT = '<a rel="next" href="/try/rows/" hx-get="/try/rows/" hx-target="#rows" hx-swap="outerHTML">Next page</a>'
forms = page(
    """
    <p id="sent">{{ sent }}</p>
    <form method="post" action="/try/slow/">{% csrf_token %}<button>Send</button></form>
    <form method="post" action="/try/slow/">{% csrf_token %}<label>Day <input type="date" name="day"></label>
      <label>Mail <input type="email" name="mail" required></label><button>Keep</button></form>
    <form method="post" action="/try/said/" hx-post="/try/said/" hx-target="#here">{% csrf_token %}
      <button>Say</button></form>
    <button hx-get="/try/broken/" hx-target="#here">Break</button>
    <button hx-get="/try/often/" hx-target="#here">Hurry</button>
    <button hx-get="/try/part/" hx-target="#here">Fetch</button>
    <div id="here" data-focus></div>
    <div id="votes"><button hx-get="/try/votes/" hx-target="#votes" hx-swap="outerHTML">Vote</button></div>
    <div id="rows">{{ rows|safe }}</div>
    <details class="fold" data-keep="try"><summary>Filters</summary>Inside</details>
    <details class="menu"><summary>Menu</summary><a href="/">Place</a></details>
    """,
    rows=NEXT,
)


long = page("<p>Text</p>" * 100 + '<p id="end">End</p>' + "<p>Text</p>" * 100)
telling = page('<form method="post" action="/try/told/">{% csrf_token %}<button>Tell</button></form>')
unescaped = page("{{ request.GET.text|safe }}")


def slow(request):
    return HttpResponse(status=303, headers={"Location": f"/try/forms/?sent={next(sent)}"})


def broken(request):
    return HttpResponse("Secret trace", status=500)


def often(request):
    raise RateLimited(60)


def part(request):
    return HttpResponse("<h2>What was asked for</h2><p>Text</p>")


def votes(request):
    """The same button once more, and then none."""
    n = next(voted)
    button = '<button hx-get="/try/votes/" hx-target="#votes" hx-swap="outerHTML">Vote</button>' if n % 2 else ""
    return HttpResponse(f'<div id="votes">{button} {n % 2 or 2} of 2</div>')


def rows(request):
    return HttpResponse(f'<div id="rows">{NEXT}</div>')


def told(request):
    """As said() by a plain form; what came of it stands further down."""
    messages.success(request, "Saved.", extra_tags="/try/slow/")
    return HttpResponse(status=303, headers={"Location": "/try/long/#end"})


def said(request):
    messages.success(request, "Saved.")
    return HttpResponse("done")


def error(request, name):
    return render(request, f"{name}.html", {"retry_after": 60})


urlpatterns = [
    path("try/times/", times),
    path("try/forms/", forms),
    path("try/slow/", slow),
    path("try/broken/", broken),
    path("try/often/", often),
    path("try/part/", part),
    path("try/said/", said),
    path("try/told/", told),
    path("try/telling/", telling),
    path("try/long/", long),
    path("try/votes/", votes),
    path("try/rows/", rows),
    path("try/error/<name>/", error),
    path("try/unescaped/", unescaped),
    path("", include("core.urls")),
]
