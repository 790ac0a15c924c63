"""What is open to strangers while only members see the site: the ways in, what was signed or named for one person, what
somebody shows to others by its address, and what machines bring. All else leads to the log-in."""

OPEN_TO_STRANGERS = (
    "/account/", "/terms/", "/privacy/", "/reopening/", "/healthz",
    "/join/", "/meet/", "/place/", "/seat/", "/ics/", "/sanctions/", "/unsubscribe/", "/gifts/",  # keys of one person
    "/c/", "/badges/",  # shown to whom they want
    "/payments/webhook/", "/forum/mail/", "/dev/",
)  # fmt: skip
# Of no use to a log-in page: what programs fetch is not there.
FILES = (".xml", ".atom", ".ics", ".png", ".webp", ".json", ".txt", ".md", ".csv", ".pdf")


def is_open(path: str) -> bool:
    return path.startswith(OPEN_TO_STRANGERS)


def is_file(path: str) -> bool:
    return path.endswith(FILES)
