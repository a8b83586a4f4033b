"""Salesforce: contacts, leads and accounts, by Data Export (names of fields) or by a report (labels)."""

from orders.imports.columns.vendors.preset import ELSEWHERE, address, left_out, preset

PARTS = {
    "line1": "Street",
    "city": "City",
    "state": "State",
    "postal_code": "PostalCode",
    "country": "Country",
}
LABELS = PARTS | {"state": "State/Province", "postal_code": "Zip/Postal Code"}
PERSON = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "Email": "email",
    "Phone": "phone",
    "MobilePhone": "phone",
    "Mobile": "phone",
    "HomePhone": "phone",
    "OtherPhone": "phone",
    "HasOptedOutOfEmail": "not_email_opt_in",
    "Email Opt Out": "not_email_opt_in",
    "CreatedDate": "lead_created_at",
    "Created Date": "lead_created_at",
    "Description": "note",
}
OURS_NOT = left_out(
    ELSEWHERE,
    *(
        "IsDeleted",
        "MasterRecordId",
        "Salutation",
        "Title",
        "Department",
        "Fax",
        "LeadSource",
        "Lead Source",
        "OwnerId",
    ),
    *("CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp", "LastActivityDate", "Birthdate"),
    *("ReportsToId", "AssistantName", "AssistantPhone", "DoNotCall", "HasOptedOutOfFax", "Industry", "Rating"),
    *("AnnualRevenue", "NumberOfEmployees", "Account Owner", "Lead Owner", "Contact Owner", "ParentId", "Type"),
    *("IsConverted", "ConvertedDate", "ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId"),
    *("Last Activity", "Last Modified Date", "AccountId", "Account ID"),
)

PRESETS = (
    preset(
        "salesforce_contacts",
        "Salesforce contacts",
        ("Id", "AccountId", "LastName", "FirstName", "MailingStreet"),
        ("First Name", "Last Name", "Account Name", "Mailing Street", "Email"),
        columns={
            **OURS_NOT,
            "Id": "customer_id",
            "Contact ID": "customer_id",
            **PERSON,
            "Account Name": "company",
            "Name": "Written in parts beside",
            **address("billing_address", "Mailing", names=PARTS),
            **address("billing_address", "Mailing ", names=LABELS),
            **address("shipping_address", "Other", names=PARTS),
            **address("shipping_address", "Other ", names=LABELS),
        },
    ),
    preset(
        "salesforce_leads",
        "Salesforce leads",
        ("Id", "LastName", "FirstName", "Company", "Status", "LeadSource"),
        ("First Name", "Last Name", "Lead Owner", "Lead Status"),
        columns={
            **OURS_NOT,
            "Id": "customer_id",
            "Lead ID": "customer_id",
            **PERSON,
            "Company": "company",
            "Company / Account": "company",
            "Website": "website",
            "Status": "lead_status",
            "Lead Status": "lead_status",
            "Name": "Written in parts beside",
            **address("billing_address", "", names=PARTS),
            **address("billing_address", "", names=LABELS),
        },
    ),
    preset(
        "salesforce_accounts",
        "Salesforce accounts",
        ("Id", "Name", "BillingStreet", "ShippingStreet"),
        ("Account Name", "Billing Street", "Account Owner"),
        columns={
            **OURS_NOT,
            "Id": "customer_id",
            "Account ID": "customer_id",
            "Name": "company",
            "Account Name": "company",
            "Phone": "phone",
            "Website": "website",
            "Description": "note",
            "CreatedDate": "lead_created_at",
            "Created Date": "lead_created_at",
            **address("billing_address", "Billing", names=PARTS),
            **address("billing_address", "Billing ", names=LABELS),
            **address("shipping_address", "Shipping", names=PARTS),
            **address("shipping_address", "Shipping ", names=LABELS),
        },
    ),
)
