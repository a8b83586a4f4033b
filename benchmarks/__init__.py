"""How long things take, on a database."""

import os

import django

# Here, because this runs before anything of a benchmark is imported. The server that one starts sets itself up.
if "BARE_ROWS" not in os.environ:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
