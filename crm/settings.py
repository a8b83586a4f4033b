"""All settings, from the environment or `.env`. The defaults are safe in production; only SECRET_KEY must be set."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from crm.api.konnektive.paths import ANYTHING as KONNEKTIVE
from crm.database_settings import Waits, databases

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)  # Django's own error pages, with the code that failed
DEVELOPMENT = env.bool("DEVELOPMENT", default=DEBUG)  # plain HTTP, static files from where they are written, the demo
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=[])  # of stored secrets; the first encrypts, the others only read
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "crm",
    "crm.accounts",
    "crm.audit",
    "crm.jobs",
    "crm.exports",
    "crm.personal_data",
    "crm.webhooks",
    "crm.pulls",
    "orders",
    "customers",
    "django.contrib.admin.apps.SimpleAdminConfig",  # for its templates and static files: there is no admin site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # so that our templates can replace Django's form templates
    "axes",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",  # for the static files of its documentation page
]

MIDDLEWARE = [
    "crm.http.request_ids.identify",  # outermost: every answer has an id
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm.http.compression.PageCompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "crm.http.headers.protect",
    "crm.http.charsets.refuse_unreadable",
    "crm.http.lengths.refuse_too_long",
    "crm.http.health.answer_healthz",  # outside of everything that asks the database
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "crm.http.htmx_redirects.full_page_redirects",  # outside the middleware that redirects to the sign-in
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.http.unavailable.UnavailableMiddleware",
    "crm.accounts.web.preferences.user_time_zone",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "crm.accounts.web.second_factor.SecondFactorMiddleware",
    "crm.accounts.web.second_question.SecondQuestionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "crm.http.audit.note_customer_views",
    "customers.web.retired.ErasedCustomerMiddleware",
    "crm.http.snapshots.page_of_one_moment",
    "axes.middleware.AxesMiddleware",  # last: it turns a failed sign-in into the lockout page
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.http.context.request_id",
                "crm.http.context.section",
                "crm.http.context.help_topic",
                "crm.http.context.theme",
                "crm.jobs.web.header",
                "crm.accounts.web.notices.account_notices",
            ],
        },
    },
]

FORM_RENDERER = "crm.http.form_renderer.FormRenderer"

# Database: SQLite beside the code, or the one that DATABASE_URL names

WAITS = Waits(env)
LOCK_TIMEOUT, CONNECT_TIMEOUT = WAITS.lock, WAITS.connect
DATABASE_SESSION = WAITS.of_session()
DATABASES = databases(env, f"sqlite:///{BASE_DIR / 'db.sqlite3'}", WAITS)
DATABASE_ROUTERS = ["customers.database.replica.ReplicaRouter"]

# Sign-in

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "crm.accounts.backends.SingleQueryBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # of the password link that an admin passes on
# Whether users who may manage users, delete, refund or merge without a match must have a second factor
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=False)
SESSION_ENGINE = "crm.accounts.session_store"
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=12) * 60 * 60  # since the sign-in: a working day
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=30)  # 0 lets a session be idle as long as it lasts
PASSWORD_HASHERS = [
    "crm.accounts.hashers.BoundedArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "crm.accounts.longest_password.LongestPasswordValidator"},
    {"NAME": "crm.accounts.common_passwords.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 10
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # never the address alone, which a whole office shares
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
# Fields that are not logged with a failed sign-in, beside fields named password
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "old_password", "new_password1", "new_password2", "next"]
SIGN_INS_PER_ADDRESS = env.int("SIGN_INS_PER_ADDRESS", default=60)  # each minute; an office may share one
AXES_LOCKOUT_CALLABLE = "crm.accounts.web.lockout.sign_in_locked"
AXES_CLIENT_IP_CALLABLE = "crm.accounts.web.client_address.client_address"

# Sign-in at a company's own provider by OpenID Connect (the extra "oidc"); without an issuer there is none. Names that
# begin with OIDC_RP, OIDC_OP or OIDC_USE are read by mozilla-django-oidc.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
OIDC_NAME = env.str("OIDC_NAME", default="OpenID Connect")  # on the button
OIDC_RP_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_RP_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_OP_AUTHORIZATION_ENDPOINT = env.str("OIDC_AUTHORIZATION_ENDPOINT", default="")
OIDC_OP_TOKEN_ENDPOINT = env.str("OIDC_TOKEN_ENDPOINT", default="")
OIDC_OP_JWKS_ENDPOINT = env.str("OIDC_JWKS_ENDPOINT", default="")
OIDC_OP_USER_ENDPOINT = env.str("OIDC_USERINFO_ENDPOINT", default="")
OIDC_RP_SCOPES = env.str("OIDC_SCOPES", default="openid email profile")
OIDC_RP_SIGN_ALGO = env.str("OIDC_SIGN_ALGORITHM", default="RS256")
OIDC_USE_PKCE = True
OIDC_TIMEOUT = 10  # seconds that the provider has for an answer
OIDC_AUTHENTICATION_CALLBACK_URL = "openid_callback"
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", default="groups")
OIDC_GROUP_ROLES = env.json("OIDC_GROUP_ROLES", default={})  # {"group": "role", "group": ["app.permission"]}
OIDC_LINK_BY_EMAIL = env.bool("OIDC_LINK_BY_EMAIL", default=False)  # a verified email connects the user who has it
OIDC_FACTOR_METHODS = env.list("OIDC_FACTOR_METHODS", default=[])  # of the provider's `amr` that are a second factor
OIDC_ONLY = env.bool("OIDC_ONLY", default=False)  # neither passwords nor passkeys sign in

# The number of our own proxies in front, which write X-Forwarded-For and X-Forwarded-Proto
PROXIES = env.int("PROXIES", default=0)
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# API

# Requests per key and minute, wrong keys per address and quarter of an hour, bytes of a request: an order with 1,000
# lines has about 200 kB.
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=2400)
API_FAILURES_PER_ADDRESS = env.int("API_FAILURES_PER_ADDRESS", default=50)
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("API_LONGEST_REQUEST", default=5 * 2**20)
# Where these are counted: in each server process by itself, unless CACHE_URL names a shared cache. Of 300 entries, the
# default, counts of rows would soon push out the counts of requests.
CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://?max_entries=10000")}
if "redis" in CACHES["default"]["BACKEND"]:
    CACHES["default"]["BACKEND"] = "crm.shared_cache.SharedCache"  # each process counts by itself while Redis is away
# Parameters of a request: an order with 1,000 lines has five for each line
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
# The name of the account in the API, and the time zone of dates and times that have none
ACCOUNT_NAME = env.str("ACCOUNT_NAME", default="Reunite")
ACCOUNT_ZONE = ZoneInfo(env.str("ACCOUNT_TIME_ZONE", default="UTC"))

# Browser security

HTTPS = env.bool("HTTPS", default=not DEVELOPMENT)
# A cookie of this name is taken from this very host only, over HTTPS: no neighbour under the same domain can set it.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (f"{'__Host-' if HTTPS else ''}{name}" for name in ("sessionid", "csrftoken"))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# The first two are asked from inside, over plain HTTP. The others answer that HTTPS is required, because API clients do
# not follow the redirect of a POST.
SECURE_REDIRECT_EXEMPT = [r"^(?:healthz|readyz)$", KONNEKTIVE, r"^(?i:v1)/(?!docs$|openapi\.json$)"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31536000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_SUBDOMAINS", default=HTTPS)
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "crm.http.error_pages.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
    },
}

# Language, numbers and times

LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "crm.formats"
PHONE_DEFAULT_REGION = env.str("PHONE_DEFAULT_REGION", default="US")  # of a number without a country code
DEFAULT_CURRENCY = env.str("DEFAULT_CURRENCY", default="USD")

# Recurring revenue: a change within so many minutes of a start or an end counts as part of it; 0 turns that off

MRR_RECLASSIFIED_WITHIN = env.int("MRR_RECLASSIFIED_WITHIN", default=60)

# Payments: the dotted path of a class as `orders.payments.gateway` describes it. Without one, nothing can be charged.

PAYMENT_GATEWAY = env.str("PAYMENT_GATEWAY", default="")

# Jobs: the queue that wakes workers, where files are kept and for how many days, and email about jobs that ended; the
# largest file that can be imported

# Likely duplicates are found on this cluster, such as spark://10.0.0.5:7077 or local[2]; without it on DuckDB.
SPARK_MASTER = env.str("SPARK_MASTER", default="")

TASK_QUEUES = {"database": "django_tasks_db.DatabaseBackend", "celery": "crm.jobs.celery_queue.CeleryBackend"}
TASKS = {"default": {"BACKEND": TASK_QUEUES[env.str("TASK_QUEUE", default="database")]}}
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="amqp://guest:guest@127.0.0.1:5672//")
CELERY_QUEUE = env.str("CELERY_QUEUE", default="reunite")
IMPORT_LARGEST_FILE = env.int("IMPORT_LARGEST_FILE", default=2**30)  # bytes
FILE_UPLOAD_HANDLERS = [
    "crm.imports.uploads.UploadGuard",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
EMAIL_IS_SET_UP = bool(env.str("EMAIL_URL", default=""))
vars().update(env.email_url("EMAIL_URL", default="dummymail://"))
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="reunite@localhost")
SITE_URL = env.str("SITE_URL", default="")  # of links in emails
MEDIA_ROOT = env.str("FILES", default=str(BASE_DIR / "files"))  # never served: views ask for permission

# Webhooks: networks that they may be sent to, and pulls may ask, although they are not public, and for how many days
# what was sent is kept

WEBHOOK_NETWORKS = [ip_network(network) for network in env.list("WEBHOOK_NETWORKS", default=[])]

# The audit log: for how many days entries are kept, whether it says who looked at a customer, and what makes an entry

AUDIT_VIEWS = env.bool("AUDIT_VIEWS", default=False)
AUDIT_ENTRY = "crm.audit.log.entry"

# For how long what is not wanted for ever is kept; 0 keeps it for ever. `crm/jobs/retention.py` lists what is deleted
# each night.


def kept(name: str, default: int, *, least: int = 0) -> int:
    number: int = env.int(name, default=default)
    if number < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}.")
    return number


AUDIT_DAYS = kept("AUDIT_DAYS", 400)
SIGN_IN_ATTEMPT_DAYS = kept("SIGN_IN_ATTEMPT_DAYS", 1, least=1)
MERGE_DRAFT_HOURS = kept("MERGE_DRAFT_HOURS", 24, least=1)
JOB_FILES_DAYS = kept("JOB_FILES_DAYS", 7)
IMPORT_FILES_DAYS = kept("IMPORT_FILES_DAYS", JOB_FILES_DAYS)
WORKER_CALL_DAYS = kept("WORKER_CALL_DAYS", 1, least=1)
EVENTS_DAYS = kept("EVENTS_DAYS", 90)
WEBHOOK_DAYS = kept("WEBHOOK_DAYS", 30)
ORDER_KEY_DAYS = kept("ORDER_KEY_DAYS", 30)
RECONCILIATION_DAYS = kept("RECONCILIATION_DAYS", 400)
API_ANSWER_DAYS = kept("API_ANSWER_DAYS", 1, least=1)

# Metrics: what Prometheus must send to read /metrics, without which nothing is counted; and where a worker answers it

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_ADDRESS = env.str("METRICS_ADDRESS", default="")
COUNTER = "crm.metrics.acts.count" if METRICS_TOKEN else ""
if METRICS_TOKEN:
    MIDDLEWARE = ["crm.metrics.exposition.answer_metrics", "crm.metrics.requests.measure", *MIDDLEWARE]

# Faults are also sent to this Sentry: crm/http/fault_reports.py

SENTRY_DSN = env.str("SENTRY_DSN", default="")

# Static files

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEVELOPMENT
S3_BUCKET = env.str("S3_BUCKET", default="")
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": S3_BUCKET, "endpoint_url": env.str("S3_ENDPOINT", default="") or None},
    }
    if S3_BUCKET
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "crm.http.static_bundles.BundledStorage",
    },
}

# Logs go to the console, as lines of text or, with LOG_FORMAT=json, of JSON

LOG_FORMAT = {"text": "line", "json": "json"}[env.str("LOG_FORMAT", default="text")]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "crm.http.log_redaction.LineFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "crm.http.json_log.formatter"},
    },
    "filters": {"redact": {"()": "crm.http.log_redaction.RedactSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["redact"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},  # of `runserver`
        "axes": {"level": "WARNING"},
        "urllib3": {"level": "ERROR"},  # its warnings have the path of a request
    },
}
