"""Stripe: Customers and Subscriptions, each by Export with all columns. Its times are in UTC, as the headers say."""

from orders.imports.columns.vendors.preset import CALCULATED, CARD, ELSEWHERE, address, left_out, preset

PARTS = {
    "line1": "Line1",
    "line2": "Line2",
    "city": "City",
    "state": "State",
    "postal_code": "Postal Code",
    "country": "Country",
}
CARDS = left_out(
    CARD,
    *("Card ID", "Card Last4", "Card Brand", "Card Funding", "Card Exp Month", "Card Exp Year", "Card Name"),
    *("Card Issue Country", "Card Fingerprint", "Card CVC Status", "Card AVS Zip Status", "Card AVS Line1 Status"),
    *("Default Payment Method", "Default Source", "Card Tokenization Method"),
)

PRESETS = (
    preset(
        "stripe_customers",
        "Stripe customers",
        ("id", "Email", "Created (UTC)", "Delinquent"),
        ("id", "Email", "Created (UTC)", "Total Spend"),
        columns={
            "id": "customer_id",
            "Email": "email",
            "Name": "full_name",
            "Phone": "phone",
            "Description": "note",
            "Created (UTC)": "lead_created_at",
            **address("billing_address", "Address ", names=PARTS),
            **address("billing_address", "Card Address ", names=PARTS | {"postal_code": "Zip"}),
            "Shipping Name": "shipping_name",
            "Shipping Phone": "phone",
            **address("shipping_address", "Shipping Address ", names=PARTS),
            **CARDS,
            **left_out(
                CALCULATED,
                *("Total Spend", "Payment Count", "Average Order", "Refunded Volume", "Dispute Losses"),
            ),
            **left_out(
                ELSEWHERE,
                *("Delinquent", "Plan", "Status", "Cancel At Period End", "Account Balance", "Currency", "Discount"),
                *("Business Vat ID", "Tax Info Type", "Tax Info Status", "Interest Type", "Preferred Locales"),
            ),
        },
    ),
    preset(
        "stripe_subscriptions",
        "Stripe subscriptions",
        ("id", "Customer ID", "Plan", "Status", "Current Period Start (UTC)"),
        columns={
            "id": "subscription_id",
            "Customer ID": "customer_id",
            "Customer Email": "email",
            "Customer Name": "full_name",
            "Plan": "subscription_sku",
            "Product": "subscription_product",
            "Quantity": "subscription_quantity",
            "Currency": "currency",
            "Interval": "subscription_interval",
            "Interval Count": "subscription_interval_count",
            "Amount": "subscription_unit_price",
            "Status": "subscription_status",
            "Start (UTC)": "subscription_started",
            "Start Date (UTC)": "subscription_started",
            "Created (UTC)": "subscription_started",
            "Current Period End (UTC)": "subscription_next_bill",
            "Ended At (UTC)": "subscription_ends",
            **left_out(
                ELSEWHERE,
                *("Customer Description", "Current Period Start (UTC)", "Trial Start (UTC)", "Trial End (UTC)"),
                *(
                    "Application Fee Percent",
                    "Coupon",
                    "Canceled At (UTC)",
                    "Cancel At Period End",
                    "Collection Method",
                ),
                *("Cancellation Reason", "Cancellation Feedback", "Cancellation Comment", "Tax Percent"),
            ),
        },
    ),
)
