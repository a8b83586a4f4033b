"""Every call of this dialect, by the name that the OpenAPI document has for it.

A slash at the end may be left out, because a POST does not survive a redirect.
"""

from django.urls import URLPattern, re_path

from crm.api.konnektive import campaigns, deleted_rows, landers, merges, products
from crm.api.konnektive.customers import customers, leads, members, profiles
from crm.api.konnektive.orders import fulfillments, import_order, orders, refunds, transactions, upsales
from crm.api.konnektive.purchases import purchases

CALLS: list[URLPattern] = [
    re_path("^leads/import/?$", leads.lead_import, name="lead_import"),
    re_path("^order/import/?$", import_order.order_import, name="order_import"),
    re_path("^upsale/import/?$", upsales.upsale_import, name="upsale_import"),
    re_path("^customer/query/?$", customers.customer_query, name="customer_query"),
    re_path("^customer/update/?$", customers.customer_update, name="customer_update"),
    re_path("^customer/history/?$", customers.customer_history, name="customer_history"),
    re_path("^customer/addnote/?$", customers.customer_addnote, name="customer_addnote"),
    re_path("^customer/profile/query/?$", profiles.profile_query, name="profile_query"),
    re_path("^customer/profile/update/?$", profiles.profile_update, name="profile_update"),
    re_path("^customer/profile/import/?$", profiles.profile_update, name="profile_import"),
    re_path("^customer/merge/?$", merges.customer_merge, name="customer_merge"),
    re_path("^customer/unmerge/?$", merges.customer_unmerge, name="customer_unmerge"),
    re_path("^order/query/?$", orders.order_query, name="order_query"),
    re_path("^order/cancel/?$", orders.order_cancel, name="order_cancel"),
    re_path("^order/refund/?$", refunds.order_refund, name="order_refund"),
    re_path("^order/rerun/?$", orders.order_rerun, name="order_rerun"),
    re_path("^transactions/query/?$", transactions.transactions_query, name="transactions_query"),
    re_path("^transactions/summary/?$", transactions.transactions_summary, name="transactions_summary"),
    re_path("^purchase/query/?$", purchases.purchase_query, name="purchase_query"),
    re_path("^purchase/update/?$", purchases.purchase_update, name="purchase_update"),
    re_path("^purchase/cancel/?$", purchases.purchase_cancel, name="purchase_cancel"),
    re_path("^purchase/pause/?$", purchases.purchase_pause, name="purchase_pause"),
    re_path("^purchase/refund/?$", refunds.purchase_refund, name="purchase_refund"),
    re_path("^members/query/?$", members.members_query, name="members_query"),
    re_path("^members/reactivate/?$", members.members_reactivate, name="members_reactivate"),
    re_path("^fulfillment/query/?$", fulfillments.fulfillment_query, name="fulfillment_query"),
    re_path("^fulfillment/update/?$", fulfillments.fulfillment_update, name="fulfillment_update"),
    re_path("^deleted/query/?$", deleted_rows.deleted_query, name="deleted_query"),
    re_path("^campaign/query/?$", campaigns.campaign_query, name="campaign_query"),
    re_path("^product/query/?$", products.product_query, name="product_query"),
    re_path("^landers/clicks/import/?$", landers.click_import, name="click_import"),
]
