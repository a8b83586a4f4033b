import os

from django.core.wsgi import get_wsgi_application

from crm.http import access_log, charsets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

application = access_log.keep_secrets_out(charsets.strip_unreadable(get_wsgi_application()))
