"""History entries as they were written before they were data, and what the migration makes of each."""

AFTER = {
    # kind: {as it was written: as it reads now}; {a}, {b} and {c} are the numbers of three customers
    "created": {
        "Customer created with an order": "Customer created with an order.",
        "Lead added here.": "Lead added manually.",
        "Sent by Shop as cus_002.": "Received from Shop as cus_002.",
    },
    "order": {
        "Order C3E67A9BD0 placed, 2,328.60 USD": "Placed order C3E67A9BD0 of 2,328.60 USD.",
        "Lead C3E67A9BD0 came in": "Received lead C3E67A9BD0.",
        "All that was bought at Shop was deleted.": "Deleted all orders and purchases from Shop.",
    },
    "edit": {
        "E-mail changed from a@x.cz to b@x.cz. Custom 1 changed from empty to a. B.": (
            "Email changed from a@x.cz to b@x.cz. Custom 1 set to a. B."
        ),
        "Company changed from something erased to Acme. Password set anew.": (
            "Company changed from [erased] to Acme. Password changed."
        ),
        "SMS contact changed from Not asked to No.": "SMS contact changed from Not set to No.",
        "Owner changed from kim to nobody.": "Owner removed. It was kim.",
        "Login “one” added.": "Added the login one.",
        "Password of the login “one” set anew.": "Changed the password of the login one.",
        "Bought, and so is no lost lead any more.": "A purchase cleared the lead status Lost.",
    },
    "merge": {
        "Merged B (5) and Co, Ltd ({b}) and Customer {c} into this customer.": (
            "Merged B (5) and Co, Ltd ({b}) and Customer {c} into this customer."
        ),
    },
    "undo": {
        "Undid the merge with Erased customer {b}.": "Undid the merge of Erased customer {b}.",
        "Came back as a customer: the merge into A ({a}) was undone.": "Restored: the merge into A ({a}) was undone.",
    },
    "split": {
        "Split Shop 7 off because “as (9)”, as H. Holý (3) ({b}).": (
            "Split Shop 7 off as H. Holý (3) ({b}). Reason: as (9)"
        ),
        "Split a record off as Erased customer {b}.": "Split [erased] off as Erased customer {b}.",
        "Split off from A ({a}).": "Split off from A ({a}).",
        "Moved 2 notes and 1 task to B ({b}).": "Moved 2 notes and 1 task to B ({b}).",
        "Took 1 opportunity over from A ({a}).": "Received 1 opportunity from A ({a}).",
    },
    "credit": {
        "Credit given: 7.50 USD, Late parcel.": "Added 7.50 USD of credit. Reason: Late parcel.",
        "Credit used: 500 JPY, Order": "Deducted 500 JPY of credit. Reason: Order",
    },
    "tag": {
        "Tagged “vip”.": "Added the tag vip.",
        "Tagged “A” and “b”.": "Added the tags A and b.",
        "Took off the tags “A”, “b” and “c”.": "Removed the tags A, b and c.",
        "Set plan to gold. Set seats to 5.": "Attribute plan set to gold. Attribute seats set to 5.",
        "Removed plan, which was gold.": "Attribute plan removed. It was gold.",
    },
    "dismissal": {
        "Not the same person as B ({b}) and C ({c}).": "Not a duplicate of B ({b}) and C ({c}).",
        "May be the same person as B ({b}) after all.": "“Not a duplicate” of B ({b}) removed.",
    },
    "match": {
        "Not matched on +420 602 330 910 any more.": "Excluded +420 602 330 910 from matching.",
        "Matched on a@x.cz again.": "Used a@x.cz for matching again.",
    },
    "payment": {
        "Order C3E67A9BD0: cancelled. Moved": "Cancelled order C3E67A9BD0. Reason: Moved",
        "Order C3E67A9BD0: 3.00 USD refunded to VISA 4242. Damaged": (
            "Refunded 3.00 USD of order C3E67A9BD0 to VISA 4242. Reason: Damaged"
        ),
        "Order C3E67A9BD0: Charge of 9.90 USD declined. No funds.": (
            "Charge of 9.90 USD to an unknown payment method for order C3E67A9BD0 declined. Answer: No funds."
        ),
        "Order C3E67A9BD0: line added: Song, A, 1.98 USD.": "Added the line Song, A of 1.98 USD to order C3E67A9BD0.",
        "Order C3E67A9BD0: sale of 1.98 USD deleted.": "Deleted a payment of 1.98 USD of order C3E67A9BD0.",
        "Order C3E67A9BD0: parcel shipped, DHL 12.": "Shipped order C3E67A9BD0. Tracking number: DHL 12",
        "Order C3E67A9BD0: looked at {it}.": "Order C3E67A9BD0: looked at {it}.",
    },
    "purchase": {
        "Purchase 12, Song: live: cancelled. Too dear": "Cancelled purchase 12 (Song: live). Reason: Too dear",
        "Purchase 12, Song: paused until 3 Mar 2026.": "Paused purchase 12 (Song) until 3 Mar 2026.",
        "Purchase 12, Song: price changed from 9.90 to 7.50 USD; next bill changed from none to 1 Apr 2026.": (
            "Changed the billing of purchase 12 (Song). Price changed from 9.90 USD to 7.50 USD."
            " Next bill set to 1 Apr 2026."
        ),
        "Purchase 12, Song: connected with 13, Gold and 14, Gold.": (
            "Connected purchase 12 (Song) with 13 (Gold) and 14 (Gold)."
        ),
        "Purchase 12, Song: cancellations are now: 1 Jan 2026, 2 Feb 2026.": (
            "Set the cancellations of purchase 12 (Song) to 1 Jan 2026 and 2 Feb 2026."
        ),
        "Purchase 12, Song: something else.": "Purchase 12 (Song): something else.",
        "Subscription s1: event “trial start” added.": "Added the event “trial start” of subscription s1.",
    },
    "selling": {
        "Changed the contact Ada King: linked in, title.": "Changed the linked in and title of the contact Ada King.",
        "Merged the contact A into the contact B.": "Merged the contact A into the contact B.",
        "Gave kim the task “Call back”, due 30 Apr 2025.": "Assigned the task “Call back” to kim, due 30 Apr 2025.",
        "Changed the task “Call”: what it is, who does it.": "Changed the details and assignee of the task “Call”.",
        "Deleted the note of 1 Jan 2023.": "Deleted the note of 1 Jan 2023.",
    },
}
UNREADABLE = {
    "split": "Split Shop 7 off as a customer whom nobody knows (999).",
    "edit": "Nothing that {anybody} ever wrote.",
    "merge": "Merged somebody into this customer.",
}
