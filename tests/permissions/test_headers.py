"""H2: whoever asks for whatever, the answer bears the headers that guard its reader."""

from tests.permissions.table import each, rows

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'; "
    "form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), usb=()",
}


def assert_guarded(answer, **other):
    expected = HEADERS | other
    assert {name: answer.get(name) for name in expected} == expected


@each(rows())
def test_every_answer_has_them(world, row):
    # A page whose address is a key tells nobody where it was.
    own = {"Referrer-Policy": "same-origin"} if row.url_name in ("join", "meet", "unsubscribe") else {}
    for persona in ("stranger", "owner", "organiser"):
        for method in ("GET", "POST", "DELETE"):
            answer = row.look(world, persona, method).answer
            is_page = answer.status_code in (200, 409) and method != "DELETE"
            assert_guarded(answer, **(own if is_page else {}))
