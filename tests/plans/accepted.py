"""Plans that are let through, each with its reason: {(page or call, part of what is wrong): why it may be}."""

OF_A_SMALL_SOURCE = "A data source of more than 50 customers or 20,000 orders is refused before this is read."
MOST_UNDONE = "It reads the numbers of the 100,000 merges that it may undo at most, each from an index."
STAFF_ANSWERS = "Answers are given by staff, one at a time, and the last 10,000 of a model are read."
ERASED = "Erased customers are few, and an index has no others."
FINDINGS = "The exact number is what an admin turns a rule on by; an index alone is read, for at most 20 rules."
LAST_WEEK = "The share of the last seven days stops a rule, so both its numbers are exact."
PER_PAGE_1 = "Only with per_page=1, and only SQLite, which takes a sort of two rows for nothing."
FOUND_FEW = "Only where it was counted before that no more than a stretch of the list was found."
TO_COUNT = "The clock counts purchases again as soon as they are due, so that few ever wait for it."
QUEUE = "No queue has more than 10,000 deliveries (`crm/webhooks/hand_out.py`)."

ACCEPTED: dict[tuple[str, str], str] = {
    ("orders:source_delete", ""): OF_A_SMALL_SOURCE,
    ("batches:undo", "customers_merge by"): MOST_UNDONE,
    ("batches:undo", "customers_customer by customer_erased"): ERASED,
    ("customers:merges", "customers_customer by customer_erased"): ERASED,
    ("customers:likely_model", "customers_likelyanswer"): STAFF_ANSWERS,
    ("GET /v1/customer_notes", "SCAN customers_sourcerecord"): PER_PAGE_1,
    ("GET /v1/opportunities", "SCAN customers_sourcerecord"): PER_PAGE_1,
    ("GET /v1/tasks", "SCAN customers_sourcerecord"): PER_PAGE_1,
    ("orders:order_list", "counts or groups"): FOUND_FEW,
    ("orders:order_list", "sorts"): FOUND_FEW,
    ("customers:detail", "customers_sourcerecord by customers_sourcerecord_pkey"): TO_COUNT,
    ("rules:back_test", "counts or groups"): FINDINGS,
    ("rules:detail", "counts or groups"): LAST_WEEK,
    ("webhooks:delete", "counts or groups"): QUEUE,
}
