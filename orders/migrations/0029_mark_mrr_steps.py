from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PAST = {
    "postgresql": """
        SELECT source_record_id, id, past.at::timestamptz, 9223372036854775807, 3, id, currency
        FROM orders_purchase CROSS JOIN LATERAL jsonb_array_elements_text(past_cancellations) AS past (at)
    """,
    "sqlite": """
        SELECT source_record_id, orders_purchase.id, replace(replace(past.value, 'T', ' '), '+00:00', ''),
            9223372036854775807, 3, orders_purchase.id, currency
        FROM orders_purchase, json_each(past_cancellations) AS past
    """,
}
MARK = """
    INSERT INTO orders_mrrstep
        (source_record_id, purchase_id, at, place, origin_kind, origin_pk, currency, number, amount)
    SELECT marks.*, 0, 0 FROM (
        SELECT source_record_id, p.id, service_from, COALESCE(event_order, 0), 1, i.id, p.currency
        FROM orders_purchase p JOIN orders_orderitem i ON i.purchase_id = p.id
        WHERE i.kind = 'subscription' AND service_from IS NOT NULL
        UNION ALL
        SELECT source_record_id, id, at, 0, 2, id, currency FROM orders_purchase
        UNION ALL
        SELECT source_record_id, id, cancelled_at, 9223372036854775807, 3, id, currency FROM orders_purchase
        WHERE cancelled_at IS NOT NULL
        UNION ALL
        {past}
    ) AS marks
"""
DERIVE = """
    UPDATE orders_purchase SET mrr_until = CURRENT_TIMESTAMP
    WHERE connection = '' AND (mrr_until IS NULL OR mrr_until > '1900-01-02')
"""


def mark(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A step of zero for each row that may have moved revenue, and every purchase derived until it is counted anew."""
    schema_editor.execute(MARK.format(past=PAST[schema_editor.connection.vendor]))
    schema_editor.execute(DERIVE)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0028_mrr_steps"),
    ]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
