"""Two jobs: an export that is done, with its file, and a rebuild that was paused and can be resumed."""

from crm.accounts.models import User
from crm.exports.customers import CUSTOMERS
from crm.exports.formats import FileFormat
from crm.exports.job import start_export
from crm.jobs.control import pause
from crm.jobs.kinds.rebuild import start_rebuild
from crm.jobs.news import dismiss
from crm.jobs.turn import take_turn


def add_jobs(*, by: User, admin: User) -> None:
    export = start_export(CUSTOMERS, {"country": "US"}, CUSTOMERS.columns_for(by), FileFormat.XLSX, by=by)
    take_turn(str(export.uuid), worker="demo")
    dismiss(export)
    rebuild, _ = start_rebuild(by=admin)
    pause(rebuild, by=admin)
