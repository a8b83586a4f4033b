"""ChartMogul: customers, by Export of the list and as its own import wants them."""

from orders.imports.columns.vendors.preset import CALCULATED, ELSEWHERE, left_out, preset

PRESETS = (
    preset(
        "chartmogul_customers",
        "ChartMogul customers",
        ("Customer Name", "Customer External ID", "MRR"),
        ("Name", "Email", "External ID", "MRR", "ARR"),
        ("Name", "External ID", "Lead created at"),
        columns={
            "External ID": "customer_id",
            "Customer External ID": "customer_id",
            "Name": "full_name",
            "Customer Name": "full_name",
            "Email": "email",
            "Customer Email": "email",
            "Company": "company",
            "Website": "website",
            "Website URL": "website",
            "Country": "billing_address.country",
            "State": "billing_address.state",
            "City": "billing_address.city",
            "Zip": "billing_address.postal_code",
            "Lead created at": "lead_created_at",
            "Phone": "phone",
            "Tags": "tags",
            "Notes": "note",
            **left_out(
                CALCULATED, "MRR", "ARR", "Net payments", "Customer since", "Subscriber since", "Plans", "Status"
            ),
            **left_out(
                ELSEWHERE,
                *("UUID", "Customer UUID", "Data source", "Data source name", "Data source UUID", "Billing system"),
                *("Billing system URL", "ChartMogul URL", "Free trial started at", "Owner", "Currency", "Customer ID"),
                *("LinkedIn", "Twitter", "Customer since date", "Churned at", "Last activity"),
            ),
        },
    ),
)
