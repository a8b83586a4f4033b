"""Konnektive (CheckoutChamp): customers and orders, with the names of its API or as its reports write them."""

from orders.imports.columns.vendors.preset import CALCULATED, CARD, ELSEWHERE, address, left_out, preset

PARTS = {"line1": "address1", "line2": "address2", "city": "city", "state": "state", "country": "country"}
BILLING = PARTS | {"postal_code": "postalCode"}
SHIPPING = {
    "line1": "Address1",
    "line2": "Address2",
    "city": "City",
    "state": "State",
    "country": "Country",
    "postal_code": "PostalCode",
}
PERSON = {
    "customerId": "customer_id",
    "firstName": "first_name",
    "lastName": "last_name",
    "companyName": "company",
    "emailAddress": "email",
    "phoneNumber": "phone",
    **address("billing_address", "", names=BILLING),
    **address("shipping_address", "ship", names=SHIPPING),
    "ipAddress": "ip_address",
    **left_out(ELSEWHERE, "shipFirstName", "shipLastName", "shipCompanyName", "billShipSame", "sourceId"),
    **left_out(ELSEWHERE, "sourceTitle", "sourceType", *(f"sourceValue{n}" for n in range(1, 6)), "campaignName"),
    **left_out(CARD, "paySource", "paySourceId", "cardType", "cardLast4", "cardExpiryDate", "cardBin"),
}

PRESETS = (
    preset(
        "konnektive_customers",
        "Konnektive customers",
        ("customerId", "firstName", "lastName", "emailAddress", "phoneNumber"),
        columns={
            **PERSON,
            **{f"custom{n}": f"custom{n}" for n in range(1, 6)},
            "doNotSellName": "do_not_sell",
            "contactOptIn": "sms_contact",
            "emailOptIn": "email_opt_in",
            "isTaxExempt": "tax_exempt",
            "dateCreated": "lead_created_at",
            "notes": "note",
            "ipAddress": ELSEWHERE,
            **left_out("Passwords are not imported", "eCommercePassword"),
            **left_out(CALCULATED, "creditAmount", "mostRecentActivity"),
            **left_out(ELSEWHERE, "dateUpdated", "isBlacklisted", "eCommerceLogin", "campaignType", "gender", "dob"),
        },
    ),
    preset(
        "konnektive_orders",
        "Konnektive orders",
        ("orderId", "customerId", "orderStatus", "emailAddress", "totalAmount"),
        columns={
            **PERSON,
            "orderId": "order_id",
            "dateCreated": "order_date",
            "orderStatus": "order_status",
            "currencyCode": "currency",
            "totalAmount": "order_total",
            "baseShipping": "order_shipping",
            "salesTax": "order_tax",
            "totalDiscount": "order_discount",
            "amountRefunded": "order_refunded",
            "couponCode": "coupon_code",
            "productName": "line_description",
            "productSku": "line_sku",
            "productQty": "line_quantity",
            "price": "line_price",
            **left_out(
                ELSEWHERE,
                *(
                    "actualOrderId",
                    "clientOrderId",
                    "dateUpdated",
                    "orderType",
                    "orderValue",
                    "campaignId",
                    "agentUserId",
                ),
                *("reviewStatus", "surcharge", "shipCarrier", "shipMethod", "agentName", "affId", "refundRemaining"),
                *("currencySymbol", "discountPrice", "taxExemption", "fulfillmentStatus", "merchantTxnId"),
            ),
        },
    ),
)
