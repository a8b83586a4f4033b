"""All settings, from the environment or `.env`. The defaults are safe in production; only SECRET_KEY must be set."""

from ipaddress import ip_network
from zoneinfo import ZoneInfo

import django_stubs_ext
from csp.constants import NONE, SELF

from crm.api.konnektive.paths import ANYTHING as KONNEKTIVE
from crm.settings.database import Waits, databases
from crm.settings.environment import BASE_DIR as BASE_DIR
from crm.settings.environment import DEBUG as DEBUG
from crm.settings.environment import DEVELOPMENT as DEVELOPMENT
from crm.settings.environment import env
from crm.settings.logs import *  # noqa: F403 - all of them are settings
from crm.settings.retention import *  # noqa: F403
from crm.settings.sign_in import *  # noqa: F403

django_stubs_ext.monkeypatch()

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
    "crm.http.typed_cards.TypedCardMiddleware",
    "crm.http.audit.note_customer_views",
    "customers.web.retired.ErasedCustomerMiddleware",
    "crm.http.snapshots.PageOfOneMoment",
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
            "builtins": ["customers.templatetags.pages"],
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
CACHES = {"default": env.cache_url_config(env.str("CACHE_URL", default="") or "locmemcache://?max_entries=10000")}
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

# Likely duplicates are found on this cluster, such as spark://10.0.0.5:7077 or local[2]; without it on DuckDB

SPARK_MASTER = env.str("SPARK_MASTER", default="")

# Jobs: the queue that wakes workers, the largest file that can be imported, email about jobs that ended, and where
# files are kept. For how long, as of all that is deleted after a time, is in `retention.py`.

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
EMAIL_URL = env.str("EMAIL_URL", default="")
EMAIL_IS_SET_UP = bool(EMAIL_URL)
# What is done when a merge request is answered, in the transaction of the answer
TELLS_OF_ANSWER = "crm.accounts.notices.tell_of_answer"
vars().update(env.email_url_config(EMAIL_URL or "dummymail://"))
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="reunite@localhost")
SITE_URL = env.str("SITE_URL", default="")  # of links in emails
MEDIA_ROOT = env.str("FILES", default=str(BASE_DIR / "files"))  # never served: views ask for permission

# Webhooks: networks that they may be sent to, and pulls may ask, although they are not public

WEBHOOK_NETWORKS = [ip_network(network) for network in env.list("WEBHOOK_NETWORKS", default=[])]

# The audit log: whether it says who looked at a customer, and what makes an entry

AUDIT_VIEWS = env.bool("AUDIT_VIEWS", default=False)
AUDIT_ENTRY = "crm.audit.log.entry"

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
