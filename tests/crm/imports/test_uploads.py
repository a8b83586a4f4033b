"""A file that is sent: which are refused, and that none is kept of who may not import."""

import pytest
from django.test import Client

from orders.imports import drafts
from orders.models import Import
from tests.crm.imports.import_pages import IMPORTERS, send
from tests.factories import make_user, order, signed_in
from tests.orders.imports.reading import EXPORTS
from tests.page_text import visible_text
from tests.tables import table

pytestmark = pytest.mark.django_db


@table(
    ("content", "says"),
    [
        (b"", "This file is empty."),
        (b"%PDF-1.7 and so on", "This file is a PDF. Import a CSV, XLSX or ODS file."),
        (b"Email\n", "This file has a header and no rows below it."),
        (b"PK\x03\x04damaged", "This file is damaged."),
    ],
)
def test_a_file_without_a_table_is_refused_beside_the_field(content, says, client):
    answer = send(client, content)
    assert answer.status_code == 422
    assert says in visible_text(answer)
    assert not Import.objects.exists()


def test_a_form_without_a_file_says_so(client):
    answer = client.post("/imports/")
    assert (answer.status_code, "Choose a file." in visible_text(answer)) == (422, True)


def test_a_file_longer_than_the_setting_is_refused_and_not_kept(client, settings, tmp_path):
    settings.IMPORT_LARGEST_FILE = 1_000
    answer = send(client, b"Email\n" + b"jane@doe.example\n" * 10_000)
    assert answer.status_code == 422
    assert "This file is longer than 1000 bytes." in visible_text(answer)
    assert [*tmp_path.rglob("*")] == []


@table("needs", [(), ("customers.view_customer",)])
def test_what_is_sent_without_the_permission_never_reaches_the_disk(needs, settings, tmp_path):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE, settings.FILE_UPLOAD_TEMP_DIR = 10, str(tmp_path / "nowhere")
    client = signed_in(make_user(f"may {len(needs)}", needs))
    assert send(client, b"Email\njane@doe.example\n").status_code == 403
    with pytest.raises(FileNotFoundError):  # which is where the file of somebody who may goes
        send(signed_in(make_user(f"importer {len(needs)}", IMPORTERS)), b"Email\njane@doe.example\n")


def test_what_a_stranger_sends_never_reaches_the_disk(settings, tmp_path):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE, settings.FILE_UPLOAD_TEMP_DIR = 10, str(tmp_path / "nowhere")
    stranger = Client(enforce_csrf_checks=True)
    assert send(stranger, b"Email\njane@doe.example\n").status_code == 403
    assert send(Client(), b"Email\njane@doe.example\n").url.startswith("/accounts/login/")


def test_home_of_an_empty_installation_has_the_field_for_the_file(client, viewer):
    answer = client.get("/")
    assert "First steps" in visible_text(answer)
    assert 'name="file"' in answer.text
    assert "First steps" not in visible_text(signed_in(viewer).get("/"))
    order("Shop")
    assert 'name="file"' not in client.get("/").text


def test_a_file_that_is_sent_by_a_double_click_is_one_import(client, monkeypatch):
    upload = client.get("/imports/").context["form"]["upload"].value()
    content = (EXPORTS / "shopify_customers.csv").read_bytes()
    first = send(client, content, upload=upload).url
    assert send(client, content, upload=upload).url == first
    looks, real = [], drafts._of_upload  # both looked before either had written
    monkeypatch.setattr(drafts, "_of_upload", lambda uuid: real(uuid) if looks else looks.append(1))
    assert send(client, content, upload=upload).url == first
    assert Import.objects.count() == 1
    assert send(client, content + b"\n", upload=upload).url != first
