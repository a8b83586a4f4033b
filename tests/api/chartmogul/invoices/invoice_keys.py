"""The keys of an invoice and of what is in it, as its clients recorded them."""

EVERY_LINE = {
    "uuid", "external_id", "type", "amount_in_cents", "quantity", "discount_code", "discount_amount_in_cents",
    "discount_description", "tax_amount_in_cents", "transaction_fees_in_cents", "transaction_fees_currency",
    "account_code", "event_order",
}  # fmt: skip
OF_SUBSCRIPTION = {
    "subscription_uuid", "subscription_external_id", "prorated", "proration_type", "service_period_start",
    "service_period_end", "plan_uuid",
}  # fmt: skip
PAYMENT = {
    "uuid", "external_id", "amount_in_cents", "type", "date", "result", "transaction_fees_in_cents",
    "transaction_fees_currency",
}  # fmt: skip
INVOICE = {"uuid", "date", "due_date", "errors", "external_id", "currency", "line_items", "transactions"}
DISABLED = {"disabled", "disabled_at", "disabled_by"}
NEWER = DISABLED | {
    "customer_uuid", "customer_external_id", "data_source_uuid", "collection_method", "status", "user_created",
}  # fmt: skip
