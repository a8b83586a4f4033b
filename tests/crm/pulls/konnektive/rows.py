"""Rows as Konnektive answers them."""


def customer_row(number, **values):
    row = {
        "customerId": number,
        "firstName": f"Ann{number}",
        "lastName": "Lee",
        "emailAddress": f"ann{number}@lee.example",
        "phoneNumber": "",
        "city": "Brno",
        "emailOptIn": 1,
        "custom1": "gold",
        "eCommercePassword": "open sesame",
        "dateCreated": "2026-11-03 10:00:00",
        "dateUpdated": f"2026-11-05 10:{number:02}:00",
    }
    return {**row, **values}


def order_row(order_id, customer, **values):
    person = {name: customer[name] for name in ("customerId", "firstName", "lastName", "emailAddress")}
    items = {
        "1": {"orderItemId": "1", "name": "Tea", "productSku": None, "qty": "2", "price": "20.00"},
        "2": {"orderItemId": "2", "name": "Cup", "productSku": None, "qty": "1", "price": "9.90"},
    }
    row = {
        **person,
        "orderId": order_id,
        "orderStatus": "COMPLETE",
        "currencyCode": "USD",
        "totalAmount": "29.90",
        "baseShipping": "0.00",
        "items": items,
        "dateCreated": "2026-11-04 23:30:00",
        "dateUpdated": "2026-11-05 10:00:00",
    }
    return {**row, **values}


def purchase_row(purchase_id, customer, **values):
    row = {
        "purchaseId": purchase_id,
        "customerId": customer["customerId"],
        "orderId": "A0",
        "productName": "Tea club",
        "productSku": "TEA",
        "productQty": "1",
        "status": "ACTIVE",
        "price": "20.00",
        "currencyCode": "USD",
        "billingIntervalDays": 30,
        "nextBillDate": "2026-12-04",
        "lastCancellationDate": None,
        "dateCreated": "2026-11-04 23:30:00",
        "dateUpdated": "2026-11-05 10:00:00",
    }
    return row | values


def transaction_row(number, order_id, **values):
    row = {
        "transactionId": number,
        "orderId": order_id,
        "txnType": "SALE",
        "responseType": "SUCCESS",
        "responseText": "Approved",
        "totalAmount": "29.90",
        "cardLast4": "4242",
        "dateCreated": "2026-11-04 23:31:00",
        "dateUpdated": "2026-11-05 10:00:00",
    }
    return row | values
