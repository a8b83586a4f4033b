"""What every answer says to a browser, and what is refused by its length alone."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as settings_of_tests
from django.core.files.storage import storages
from django.urls import reverse

from crm.http.lengths import TAKES_FILES
from tests.exported import ask
from tests.factories import customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db


def test_no_browser_keeps_a_page_or_a_file_about_people(as_agent):
    customer = customer_with_order()
    answers = [as_agent.get("/"), as_agent.get(customer.get_absolute_url()), ask(as_agent, "customers")]
    assert [answer.headers["Cache-Control"] for answer in answers] == ["no-store"] * 3


def test_back_leads_to_a_form_that_was_refused(as_agent):
    refused = as_agent.post("/customers/add/", {"email": "no email"})
    assert (refused.status_code, refused.headers["Cache-Control"]) == (422, "private, no-cache")


def test_no_page_may_use_the_device(client):
    assert "camera=()" in client.get("/accounts/login/").headers["Permissions-Policy"]


def test_with_https_no_other_host_can_set_a_cookie():
    environment = {**os.environ, "HTTPS": "on", "DEBUG": "off", "SECRET_KEY": "x"}
    program = "from crm.settings import *; print(SESSION_COOKIE_NAME, CSRF_COOKIE_NAME)"
    output = subprocess.run(  # noqa: S603 - Python with a line of ours
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert output.split() == ["__Host-sessionid", "__Host-csrftoken"]
    assert (settings_of_tests.SESSION_COOKIE_PATH, settings_of_tests.SESSION_COOKIE_DOMAIN) == ("/", None)


def test_files_of_jobs_are_for_the_user_of_the_server_only():
    storage = storages["default"]
    assert (storage.file_permissions_mode, storage.directory_permissions_mode) == (0o600, 0o700)


@table("path", ["/", "/accounts/login/", "/customers/", "/no/such/page/", "/order/import/"])
def test_a_long_request_is_refused_by_its_length_before_it_is_read(client, settings, path):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = client.generic("POST", path, b"x" * 101, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert answer.wsgi_request._read_started is False


def test_the_page_of_imports_takes_long_files(as_admin, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert reverse("imports:list") == TAKES_FILES
    assert as_admin.post(TAKES_FILES, {"file": ""}, headers={"x": "y" * 200}).status_code != 413
