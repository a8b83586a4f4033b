#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    if sys.argv[1:2] != ["collectstatic"]:  # a web server may have to read those
        os.umask(0o077)  # the database of SQLite, files of jobs: for this user only
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    execute_from_command_line(sys.argv)
