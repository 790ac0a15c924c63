"""Members by the thousand. They have no password and no address that exists; every twentieth is an expert."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.utils.text import slugify

from features.accounts.models import Role, RoleGrant, User

FIRST = (  # noqa: SIM905
    "Adaeze Agnes Amir Ana Anouk Arjun Beatriz Bilal Björn Camille Carlos Chiara Chidi Daniela Dmitri Elif Emil Emma "
    "Farah Femke Gabriel Greta Hana Hugo Ines Ivan Jana João Jonas Kemal Kwame Laila Lars Leila Luca Lucía Maja Malik "
    "Marta Mateo Mei Mina Nadia Nils Noor Olga Omar Paula Pedro Priya Rafael Rosa Sami Sara Sofia Tariq Thandi Tomás "
    "Ugo Vera Viktor Wanjiru Yara Yusuf Zoë"
).split()
LAST = (  # noqa: SIM905
    "Abiola Achterberg Almeida Andersson Bakker Banerjee Bauer Becker Berg Castillo Costa Dahl Demir Diallo Duarte "
    "Eze Falk Fernández Ferrari Fischer Fontaine García Greco Haddad Hansen Hoffmann Horváth Ibrahim Ivanova Jansen "
    "Jensen Kaya Keita Khan Kimura Kowalski Kumar Laurent Lind Lopes Mbeki Meier Mendes Moreau Müller Nakamura "
    "Nguyen Novák Okafor Olsen Öztürk Pereira Petrov Quintela Rahman Rossi Sahin Santos Schmidt Silva Singh Sørensen "
    "Suzuki Takahashi Tanaka Toth Traoré Vargas Vega Visser Weber Wolf Yilmaz Zhang"
).split()
WORK = (  # noqa: SIM905
    "Accountant Analyst Architect Baker Carpenter Chemist Cook Designer Developer Editor Electrician Engineer "
    "Florist Gardener Geologist Historian Illustrator Journalist Lawyer Librarian Locksmith Logistician Mason "
    "Midwife Musician Negotiator Nurse Optician Paramedic Pharmacist Physicist Plumber Producer Researcher Surveyor "
    "Tailor Teacher Tester Translator Welder"
).split()
PLACE = (  # noqa: SIM905
    "a port|a hospital|a parcel carrier|a small studio|a city council|a theatre|a bank|a seed library|a rail company|"
    "a university|a family business|a museum|a ministry|a brewery|a newspaper|a shipyard|a start-up|a clinic|a farm|"
    "an airport|a publisher|a water board|a laboratory|a school"
).split("|")
ZONES = "Europe/Lisbon Europe/Berlin Europe/Madrid Africa/Lagos America/Sao_Paulo Asia/Kolkata Asia/Tokyo".split()  # noqa: SIM905
LANGUAGES = [["en"], ["en", "de"], ["en", "es"], ["en", "pt"], ["en", "fr"], ["de", "en"]]
EXPERTS = 20  # one in so many


def members(scale) -> str:
    ids = scale.ids(User, scale.members)
    scale.copy(User, (_member(scale, pk) for pk in ids))
    scale.copy(EmailAddress, ({"user_id": pk, "email": _address(pk), "verified": True, "primary": True} for pk in ids))
    experts = list(ids[::EXPERTS])
    scale.copy(
        RoleGrant,
        (
            {
                "person_id": pk,
                "role": Role.EXPERT,
                "granted_at": scale.now - timedelta(days=scale.chance.randrange(700)),
            }
            for pk in experts
        ),
    )
    scale.made |= {"people": ids, "experts": experts}
    return f"{len(ids):,} members, {len(experts):,} of them experts"


def _address(pk):
    return f"member-{pk}@scale.example"


def _member(scale, pk):
    pick = scale.chance.choice
    first, last = pick(FIRST), pick(LAST)
    joined_at = scale.now - timedelta(days=701 + scale.chance.random() * 300)
    return {
        "id": pk,
        "password": "!",
        "email": _address(pk),
        "handle": f"{slugify(f'{first} {last}')[:18]}-{pk}",
        "name": f"{first} {last}",
        "headline": f"{pick(WORK)} at {pick(PLACE)}",
        "languages": pick(LANGUAGES),
        "time_zone": pick(ZONES),
        "joined_at": joined_at,
        "last_login": joined_at + timedelta(days=scale.chance.random() * 700),
        "is_demo": True,
    }
