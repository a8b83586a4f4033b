"""HubSpot: all contacts, by Export with all properties or those of the view."""

from orders.imports.columns.vendors.preset import CALCULATED, ELSEWHERE, left_out, preset

PRESETS = (
    preset(
        "hubspot_contacts",
        "HubSpot contacts",
        ("Record ID", "First Name", "Last Name", "Email"),
        ("Contact ID", "First Name", "Last Name", "Email", "Contact owner"),
        columns={
            "Record ID": "customer_id",
            "Contact ID": "customer_id",
            "First Name": "first_name",
            "Last Name": "last_name",
            "Email": "email",
            "Phone Number": "phone",
            "Mobile Phone Number": "phone",
            "Company Name": "company",
            "Associated Company": "company",
            "Primary Associated Company": "company",
            "Website URL": "website",
            "Street Address": "billing_address.line1",
            "Street Address 2": "billing_address.line2",
            "City": "billing_address.city",
            "State/Region": "billing_address.state",
            "Postal Code": "billing_address.postal_code",
            "Country/Region": "billing_address.country",
            "Create Date": "lead_created_at",
            "Lead Status": "lead_status",
            "Lifecycle Stage": "lead_phase",
            "Type": "account_type",
            "Unsubscribed from all email": "not_email_opt_in",
            "Message": "note",
            "Tags": "tags",
            **left_out(CALCULATED, "Total Revenue", "Recent Deal Amount", "Number of Associated Deals"),
            **left_out(
                ELSEWHERE,
                *("Contact owner", "Last Activity Date", "Last Modified Date", "Original Source"),
                *("Marketing contact status", "HubSpot Score", "Job Title", "Salutation", "Associated Company IDs"),
                *("Associated Deals", "Associated Deal IDs", "Additional email addresses", "Buying Role"),
                *("Primary Associated Company ID", "Associated Note IDs", "Associated Note", "Fax Number"),
            ),
        },
    ),
)
