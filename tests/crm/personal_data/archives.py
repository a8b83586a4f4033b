"""The file of one person, as whoever gets it reads it."""

import csv
import json
from io import BytesIO, StringIO
from zipfile import ZipFile

from crm.accounts.models import User
from crm.jobs.turn import take_turn
from crm.personal_data.job import start_export
from customers.models import Customer
from tests.factories import make_user

MAY_EXPORT = ("customers.view_customer", "orders.view_order", "customers.export_customer")


class Archive:
    def __init__(self, data: bytes) -> None:
        with ZipFile(BytesIO(data)) as file:
            assert file.testzip() is None
            self.files = {name: file.read(name).decode("utf-8-sig") for name in file.namelist()}

    @property
    def tables(self) -> dict[str, list[dict]]:
        return {name[5:-5]: json.loads(text) for name, text in self.files.items() if name.startswith("json/")}

    @property
    def csv_tables(self) -> dict[str, list[dict[str, str]]]:
        return {
            name[4:-4]: list(csv.DictReader(StringIO(text, newline="")))
            for name, text in self.files.items()
            if name.startswith("csv/")
        }

    @property
    def ids(self) -> dict[str, list[int]]:
        return {name: sorted(row["id"] for row in rows) for name, rows in self.tables.items()}

    @property
    def text(self) -> str:
        return "\n".join(self.files.values())


def export(customer: Customer) -> Archive:
    user = User.objects.filter(username="exports").first() or make_user("exports", MAY_EXPORT)
    job = start_export(customer, by=user)
    take_turn(str(job.uuid), worker="one")
    job.refresh_from_db()
    assert job.state == "done", job.message
    with job.result_file.open() as file:
        return Archive(file.read())
