"""Who signs in and how: passwords, second factors, sessions, and a company's own provider."""

from datetime import timedelta

from crm.settings.environment import env

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "crm.accounts.backends.SingleQueryBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # of the password link that an admin passes on
# Whether users who may manage users or rules, delete, refund, export personal data or merge without a match must have
# a second factor
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
AXES_SENSITIVE_PARAMETERS = [
    *("username", "ip_address", "old_password", "new_password1", "new_password2", "next", "csrfmiddlewaretoken"),
]
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
