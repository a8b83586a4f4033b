"""What the audit log calls a page or a call: words made of its name in `urls.py`, which has nothing of an address."""

SECTIONS = {"konnektive": "API", "personal_data": "Personal data", "v1": "API /v1/"}
PAGES = {
    "accounts:add": "Users: add",
    "accounts:edit": "Users: edit",
    "accounts:key_add": "Users: create API key",
    "accounts:key_revoke": "Users: revoke API key",
    "accounts:list": "Users: list",
    "accounts:own_key_add": "Your account: create API key",
    "audit:list": "Audit log",
    "batches:merge": "Duplicates: merge groups",
    "batches:undo": "Merges: undo many",
    "customers:detail": "Customer page",
    "customers:known_by": "Customers: used for matching",
    "customers:list": "Customers: list",
    "customers:merges": "Merge history",
    "customers:why": "Compare two customers",
    "home": "Home",
    "orders:source_list": "Data sources",
    "orders:source_detail": "Data sources: one",
    "orders:source_edit": "Data sources: edit",
    "orders:source_delete": "Data sources: delete",
}


def words_of(view_name: str) -> str:
    """“Customers: merge values” of `customers:merge_values`."""
    if view_name in PAGES:
        return PAGES[view_name]
    section, _, name = view_name.rpartition(":")
    words = name.replace("_", " ")
    return f"{SECTIONS.get(section, section.capitalize())}: {words}" if section else words.capitalize()
