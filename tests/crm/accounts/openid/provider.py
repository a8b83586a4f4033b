"""A provider of OpenID Connect in a process of its own, by django-oauth-toolkit: `python -m …provider PORT`.

Whoever comes is the person that the test has put at /person/, with the claims and the faults that it names.
"""

import json
import sys
import tempfile
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings

CLIENT, SECRET = "reunite", "the-secret-of-the-client"
NO_PERSON = {"sub": "nobody", "token": {}, "claims": {}, "fault": ""}
person = dict(NO_PERSON)


def set_up(port: int) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    settings.configure(
        SECRET_KEY="for-tests-only",
        ALLOWED_HOSTS=["127.0.0.1"],
        USE_TZ=True,
        ROOT_URLCONF=f"{__package__}.provider_urls",
        LOGIN_URL="/sign-in/",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            f"{__package__}.provider_urls.sign_in_everybody",
        ],
        MIGRATION_MODULES=dict.fromkeys(("auth", "contenttypes", "sessions", "oauth2_provider")),
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(Path(tempfile.mkdtemp(prefix="provider_")) / "provider.sqlite3"),
            }
        },
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": f"http://127.0.0.1:{port}",
            "OIDC_RSA_PRIVATE_KEY": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            "SCOPES": {"openid": "", "email": "", "profile": ""},
            "OAUTH2_VALIDATOR_CLASS": f"{__package__}.provider_urls.Validator",
            "PKCE_REQUIRED": True,
        },
    )
    django.setup()


def fill() -> None:
    from django.core.management import call_command
    from oauth2_provider.models import Application

    call_command("migrate", run_syncdb=True, verbosity=0)
    Application.objects.create(
        client_id=CLIENT,
        client_secret=SECRET,
        hash_client_secret=False,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris="http://testserver/accounts/openid/callback/",
        skip_authorization=True,
        algorithm=Application.RS256_ALGORITHM,
    )


class Silent(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def serve(port: int) -> None:
    from django.core.wsgi import get_wsgi_application

    with make_server("127.0.0.1", port, get_wsgi_application(), handler_class=Silent) as server:
        server.serve_forever()


def become(text: bytes) -> None:
    person.clear()
    person.update(NO_PERSON | json.loads(text))


if __name__ == "__main__":
    # The module under its own name, which what Django loads imports as well.
    from tests.crm.accounts.openid import provider

    provider.set_up(int(sys.argv[1]))
    provider.fill()
    provider.serve(int(sys.argv[1]))
