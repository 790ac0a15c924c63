"""What is said where nobody said more, to programs and in fragments: (code, words) by status."""

from django.utils.translation import gettext_lazy

PLAIN = {
    400: ("bad_request", gettext_lazy("This request could not be read.")),
    401: ("sign_in", gettext_lazy("Sign in first, or send a personal token.")),
    403: ("forbidden", gettext_lazy("This is not for you.")),
    404: ("not_found", gettext_lazy("There is nothing here for you.")),
    405: ("method_not_allowed", gettext_lazy("This address does not know that method.")),
    413: ("too_large", gettext_lazy("This is too large.")),
    415: ("media_type", gettext_lazy("Send JSON, as application/json.")),
    429: ("too_many", gettext_lazy("Too many requests. Wait as long as Retry-After says.")),
    500: ("server_error", gettext_lazy("Something broke on our side. It was written down.")),
    503: ("unavailable", gettext_lazy("The site is not available for a moment.")),
}
