"""One style sheet and one script a page in production."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse

from crm.http.static_bundles import OWN_SCRIPTS, OWN_SHEETS
from tests.page_access import PAGES

BUNDLED = {"staticfiles": {"BACKEND": "crm.http.static_bundles.BundledStorage"}}
LINKS = re.compile(r'<link rel="stylesheet" href="([^"]+)"|<script src="([^"]+)"')


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STORAGES=BUNDLED, STATIC_ROOT=str(folder)):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture
def in_production(settings, collected):
    settings.STATIC_ROOT = str(collected)
    settings.STORAGES = {**settings.STORAGES, **BUNDLED}
    return collected


def files_of(client, url: str) -> list[str]:
    return [sheet or script for sheet, script in LINKS.findall(client.get(url).content.decode())]


def test_a_page_asks_for_one_sheet_and_one_script(as_admin, in_production):
    pages = [name for name, page in PAGES.items() if page.method == "get" and not page.of]
    for name in pages:
        files = files_of(as_admin, reverse(name))
        kinds = sorted(Path(file).suffix for file in files)
        assert kinds in ([".css", ".js"], []), (name, files)
        assert all((in_production / file.removeprefix("/static/")).exists() for file in files), name


def test_a_sheet_asks_for_no_other_and_finds_its_pictures(in_production):
    for sheet in {*OWN_SHEETS}:
        name = staticfiles_storage.stored_name(f"bundles/{sheet or 'page'}.css")
        text = (in_production / name).read_text()
        assert "@import" not in text
        for url in re.findall(r"""url\(["']?([^"')]+)""", text):
            assert url.startswith(("data:", "#")) or (in_production / "bundles" / url).exists(), (sheet, url)


def test_every_file_that_another_names_is_there_and_compressed(in_production):
    # `collectstatic` would have failed without one.
    assert list(in_production.glob("crm/crm.*.css.gz"))


def test_a_script_has_all_of_its_files(in_production):
    for script, files in OWN_SCRIPTS.items():
        text = (in_production / "bundles" / f"{script or 'page'}.js").read_text()
        assert "htmx" in text
        for file in files:
            assert (in_production / file).read_text() in text


def test_development_has_the_files_themselves(as_agent):
    files = files_of(as_agent, reverse("customers:list"))
    assert "/static/crm/crm.css" in files
    assert "/static/crm/keys.js" in files
