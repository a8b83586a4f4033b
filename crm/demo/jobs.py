"""Two jobs: an export that is done, with its file, and a rebuild that was paused and can be resumed."""

from crm.accounts.models import User
from crm.jobs.control import pause
from crm.jobs.kinds.customer_export import start_export
from crm.jobs.kinds.rebuild import start_rebuild
from crm.jobs.news import dismiss
from crm.jobs.turn import take_turn
from customers.search.forms import read_list_filter


def add_jobs(*, by: User, admin: User) -> None:
    query = {"country": "US"}
    export = start_export(read_list_filter(query), query, by=by)
    take_turn(str(export.uuid), worker="demo")
    dismiss(export)
    rebuild, _ = start_rebuild(by=admin)
    pause(rebuild, by=admin)
