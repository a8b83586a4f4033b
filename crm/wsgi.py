import os

from django.core.wsgi import get_wsgi_application

from crm.http import charsets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

application = charsets.strip_unreadable(get_wsgi_application())
