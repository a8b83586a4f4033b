"""Who imports, and where files of a test are kept."""

import pytest

from tests.crm.imports.import_pages import IMPORTERS
from tests.factories import make_user, signed_in


@pytest.fixture(autouse=True)
def _files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "files")
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)


@pytest.fixture
def importer(db):
    return make_user("importer", IMPORTERS)


@pytest.fixture
def client(importer):
    return signed_in(importer)
