"""Every setting, read from the environment once. `.env.example` explains each name."""

import os
import sys
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.csp import CSP
from environs import Env

from core.pool import check_connection

BASE_DIR = Path(__file__).resolve().parent.parent
# What is set to nothing is not set: compose files and shells pass empty values for names nobody gave.
for _name in [name for name, value in os.environ.items() if not value]:
    del os.environ[_name]
env = Env()
TESTING = env.bool("TESTING", False)
if not TESTING:  # a developer's own keys and addresses stay out of the tests
    env.read_env(BASE_DIR / ".env", recurse=False)

DEBUG = False
SITE_NAME = env.str("SITE_NAME", "MasteryHub")
SITE_URL = env.str("SITE_URL", "").rstrip("/")
SECRET_KEY = env.str("SECRET_KEY", "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [])
DEMO = env.bool("DEMO", False)
# The address the server is bound to: demo accounts and their helper pages exist on loopback only.
HOST = env.str("HOST", "localhost")
IS_LOOPBACK = HOST in {"localhost", "127.0.0.1", "::1"}
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / ".data"))).absolute()

_site = urlsplit(SITE_URL)
IS_HTTPS = _site.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [_site.hostname] if _site.hostname else [])

INSTALLED_APPS = [
    "core",
    "features.profiles",
    "features.marketing",
    "features.sessions",
    "features.forum",
    "features.mentoring",
    "features.assessments",
    "features.library",
    "features.payments",
    "features.moderation",
    "features.integrations",
    "features.notifications",
    "features.skills",
    "features.calendar",
    "features.discovery",
    "features.accounts",
    "django.forms",  # its widget templates, found through our own loaders
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # allauth's session and passkey pages use it
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "django_htmx",
    "django_tables2",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.request_log",
    "core.middleware.one_loopback_name",
    "core.page_cache.middleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.permissions_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "core.middleware.cache_policy",
    "core.api_problems.problems_of_the_api",
    "core.middleware.page_methods",
    "core.htmx.bridge",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "core.middleware.without_nul",  # behind the token, which reads the form first
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.htmx.toasts",
    "allauth.account.middleware.AccountMiddleware",
    "features.accounts.middleware.InvalidIs422",
    "features.moderation.middleware.support_view",
    "features.accounts.middleware.viewer_zone",
    "features.accounts.middleware.leaves_nothing",
    "features.accounts.middleware.shown_out",
    "features.accounts.middleware.consent_first",
    "features.accounts.middleware.way_back",
    "features.accounts.middleware.members_only",
    "features.accounts.middleware.privileged_needs_mfa",
    "core.middleware.plain_errors",
    "core.middleware.only_by_form",
    "core.taps.second_tap",
]

ROOT_URLCONF = "core.urls"
WSGI_APPLICATION = "core.wsgi.application"
FORM_RENDERER = "core.forms.OneField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "core.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.site",
                "features.accounts.context.demo_world",
                "features.notifications.context.unread",
                "features.payments.context.test_mode",
                "features.marketing.context.announcement",
            ],
        },
    }
]

# --- Database -------------------------------------------------------------------------------------------------------
_pool = env.int("DATABASE_POOL", 4)
_own = bool(_pool) or TESTING  # connections; tests have theirs without a pool
DATABASES = {"default": env.dj_db_url("DATABASE_URL", "postgres:///masteryhub", conn_health_checks=True)}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    # A page that needs more than five seconds of one statement is broken: fail it before it takes the site with it.
    # Tests drop whole databases beside each other on a busy machine.
    "options": f"-c statement_timeout={60_000 if TESTING else 5000} -c idle_in_transaction_session_timeout=30000",
    # Connections of our own can keep the plans of what every request asks; behind a pooler there is no "our own".
    "server_side_binding": _own,
    "prepare_threshold": 1 if _own else None,
    **({"pool": {"min_size": 1, "max_size": _pool, "timeout": 5, "check": check_connection}} if _pool else {}),
}

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {"default": {"BACKEND": "core.cache.TableCache"}}
if REDIS_URL:
    _redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    _redis["OPTIONS"] = {"serializer": "core.cache.Signed"}
    CACHES = {"default": _redis, "pages": _redis | {"KEY_PREFIX": "pages"}}
# Megabytes in each web process for pages of strangers; 0 keeps none. With Redis they are there instead.
PAGE_CACHE_MB = env.int("PAGE_CACHE_MB", 32)
PDF_FONTS = env.list("PDF_FONTS", [])

# --- People ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "features.accounts.passwords.NotAboutYou"},
    {"NAME": "features.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "features.accounts.passwords.NotCommon"},
]
AUTHENTICATION_BACKENDS = ["features.accounts.backends.PersonBackend"]
SESSION_ENGINE = "features.accounts.login_sessions"
# A message in a cookie would turn up on a page of somebody without a session, later and out of place.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30

# Requests carry the address of the client only as far as our own proxies say so; a forged header changes nothing.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
ACCOUNT_ADAPTER = "features.accounts.adapter.AccountAdapter"
MFA_ADAPTER = "features.accounts.adapter.SecondStepAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Name, address and, for those who like one, a password; without it a code is mailed at each log-in.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_SIGNUP_FORM_CLASS = "features.accounts.fields.SignUpFields"
ACCOUNT_FORMS = {
    "add_email": "features.accounts.forms.ChangeAddressForm",
    "change_password": "features.accounts.forms.ChangePasswordForm",
    "login": "features.accounts.forms.LoginForm",
    "request_login_code": "features.accounts.forms.RequestLoginCodeForm",
    "reset_password": "features.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "features.accounts.forms.ResetPasswordKeyForm",
    "signup": "features.accounts.forms.SignupForm",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# One address, replaced once the new one is proved; the old one is told. Typing a wrong one at sign-up means starting
# again: changing it on the way would tell whether the first had an account.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 180
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
# Passkeys are added to an account that exists: one made by passkey alone would have no recovery codes.
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME

# Log-in by another site exists only where its keys are set: id and secret, and for OIDC the issuer.
LOGIN_PROVIDERS = {
    "google": ("GOOGLE", {"SCOPE": ["profile", "email"], "OAUTH_PKCE_ENABLED": True}, "https://accounts.google.com"),
    "github": ("GITHUB", {"SCOPE": ["user:email"]}, "https://github.com"),
    "openid_connect": ("OIDC", {"OAUTH_PKCE_ENABLED": True}, env.str("OIDC_ISSUER", "")),
}
OIDC_NAME = env.str("OIDC_NAME", "SSO")
SOCIALACCOUNT_PROVIDERS = {}
LOGIN_PROVIDER_ORIGINS = []
for _provider, (_prefix, _options, _origin) in LOGIN_PROVIDERS.items():
    _app = {"client_id": env.str(f"{_prefix}_CLIENT_ID", ""), "secret": env.str(f"{_prefix}_CLIENT_SECRET", "")}
    if not (all(_app.values()) and _origin):
        continue
    if _provider == "openid_connect":
        _app |= {"provider_id": "sso", "name": OIDC_NAME, "settings": {"server_url": _origin}}
    SOCIALACCOUNT_PROVIDERS[_provider] = _options | {"APPS": [_app]}
    LOGIN_PROVIDER_ORIGINS.append("{0.scheme}://{0.netloc}".format(urlsplit(_origin)))
    INSTALLED_APPS += [f"allauth.socialaccount.providers.{_provider}"]
if SOCIALACCOUNT_PROVIDERS:
    INSTALLED_APPS += ["allauth.socialaccount"]
    SOCIALACCOUNT_ADAPTER = "features.accounts.social.SocialAdapter"

# --- Money ----------------------------------------------------------------------------------------------------------
CURRENCY = env.str("CURRENCY", "EUR")
# Who sells, as it stands on invoices. Without a VAT number no VAT is charged.
SELLER_NAME, SELLER_ADDRESS = env.str("SELLER_NAME", ""), env.str("SELLER_ADDRESS", "")
SELLER_COUNTRY, SELLER_VAT_ID = env.str("SELLER_COUNTRY", ""), env.str("SELLER_VAT_ID", "")
VAT_PERCENT = env.decimal("VAT_PERCENT", "0")
# What the site keeps of what experts earn, and how long after delivery complaints hold their money.
PLATFORM_FEE_PERCENT = env.decimal("PLATFORM_FEE_PERCENT", Decimal(10))
PAYOUT_WINDOW_DAYS = env.int("PAYOUT_WINDOW_DAYS", 3)
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "")  # several, comma separated, while one is exchanged
# The stand-in for Stripe that `bin/run` starts beside the demo. It exists on loopback only.
STRIPE_API_URL = env.str("STRIPE_API_URL", "") if IS_LOOPBACK else ""
STRIPE_PAGES = (
    [STRIPE_API_URL]
    if STRIPE_API_URL
    else [f"https://{name}.stripe.com" for name in ("checkout", "billing", "connect")]
)

# --- Security -------------------------------------------------------------------------------------------------------
_host_prefix = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_host_prefix}sessionid"
CSRF_COOKIE_NAME = f"{_host_prefix}csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "features.accounts.views.stale.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.int("TRUSTED_PROXY_COUNT", 0) else None
SECURE_SSL_REDIRECT = IS_HTTPS and env.bool("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # it wants DENY; our policy below says frame-ancestors 'self', and so do we
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    # Where a POST of ours is redirected to (Stripe's page, another site's log-in): browsers check that target too.
    "form-action": [
        CSP.SELF,
        *(STRIPE_PAGES if STRIPE_SECRET_KEY else []),
        *LOGIN_PROVIDER_ORIGINS,
    ],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_HANDLERS = [
    "core.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Mail -----------------------------------------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", "")
# Answers to letters of the forum come to it, with a signed part behind a plus: a mail server hands them to
# `manage.py receive_mail`. Without it letters are answered on the page.
INBOUND_ADDRESS = env.str("INBOUND_ADDRESS", "")
INBOUND_SECRET = env.str("INBOUND_SECRET", "")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <no-reply@{_site.hostname or 'localhost'}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
_smtp = urlsplit(EMAIL_URL)
MAILERS = {
    "default": {
        "BACKEND": "core.smtp.EmailBackend",
        "OPTIONS": {
            "host": _smtp.hostname,
            "port": _smtp.port or (465 if _smtp.scheme == "smtps" else 587),
            "username": unquote(_smtp.username or ""),
            "password": unquote(_smtp.password or ""),
            "use_tls": _smtp.scheme == "smtp+tls",
            "use_ssl": _smtp.scheme == "smtps",
            "timeout": 10,
        },
    }
    if EMAIL_URL
    # Without a server nothing is lost and nothing leaves: letters are files below DATA_DIR, and checks say so.
    else {
        "BACKEND": "core.letter_files.EmailBackend",
        "OPTIONS": {"file_path": str(DATA_DIR / "mail")},
    }
}

# --- Words, time, files -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", "en")
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_TIME_ZONE = env.str("DEFAULT_TIME_ZONE", "Europe/Berlin")
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
_collected = not TESTING and ("collectstatic" in sys.argv or (STATIC_ROOT / "staticfiles.json").exists())
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "media"), "base_url": None},
    },
    "staticfiles": {
        # Hashed names need `collectstatic` to have run; before that (tests, management commands) plain names do.
        "BACKEND": "core.static.HashedFiles" if _collected else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _collected
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # nothing asks for the plain names, and compressing them takes seconds
WHITENOISE_MAX_AGE = 3600
DJANGO_TABLES2_TEMPLATE = "tables/table.html"

# --- Work after the answer --------------------------------------------------------------------------------------------
WORKER_THREADS = env.int("WORKER_THREADS", 2)  # each holds four connections to Postgres
JOB_LEASE = env.int("JOB_LEASE", 30)  # seconds after which the work of a worker that was killed is taken up again

# --- Logs: one JSON object a line, ids instead of people ------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "core.logs.JsonFormatter"}},
    "filters": {"without_path": {"()": "core.logs.WithoutPath"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # What is refused stands in the line of its request already.
        "django.request": {"filters": ["without_path"], "level": "ERROR"},
        "django.security.csrf": {"filters": ["without_path"]},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # scanners ask for anything; so does that line
        "stripe": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},  # each PDF cuts its letters out of a font, and that is told at length
    },
}

if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Files are found when they are asked for: otherwise every client of every test walks through all there are.
    WHITENOISE_AUTOREFRESH = True
    # A code of an app is good for all of a run: else one that is typed at the end of its half minute has changed when
    # it arrives.
    MFA_TOTP_PERIOD = 7 * 24 * 60 * 60

# granian copies os.environ into every request's META; a secret there would reach the first error report.
SECRET_NAMES = ["SECRET_KEY", "SECRET_KEY_FALLBACKS", "DATABASE_URL", "EMAIL_URL", "REDIS_URL"]
SECRET_NAMES += ["INBOUND_SECRET", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"]
SECRET_NAMES += [f"{_prefix}_CLIENT_SECRET" for _prefix, _options, _origin in LOGIN_PROVIDERS.values()]
if not env.bool("KEEP_ENVIRONMENT", True):
    for _name in SECRET_NAMES:
        os.environ.pop(_name, None)
