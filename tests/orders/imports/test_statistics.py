"""The first chunk of an import into a new database leaves the statistics by which the next ones are planned."""

import pytest
from django.db import connection

from customers.models import MatchKey
from orders.imports.batch.statistics import make_statistics
from orders.imports.run import import_rows
from tests.crm.jobs.test_import_jobs import imported_file

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_the_first_chunk_leaves_statistics_of_what_the_next_one_reads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    import_rows(imported_file(), 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT n_distinct FROM pg_stats WHERE tablename = %s", [MatchKey._meta.db_table])
        assert cursor.fetchall()
    assert "customers_matchkey" not in make_statistics()
