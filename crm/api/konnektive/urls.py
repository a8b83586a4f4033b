"""Every call of this dialect. A slash at the end may be left out, because a POST does not survive a redirect."""

from django.urls import re_path

from crm.api.konnektive import campaigns, merges
from crm.api.konnektive.customers import customers, leads, members, profiles
from crm.api.konnektive.endpoint import nothing_here
from crm.api.konnektive.orders import fulfillments, import_order, orders, transactions, upsales
from crm.api.konnektive.paths import ANYTHING
from crm.api.konnektive.purchases import purchases

app_name = "konnektive"

urlpatterns = [
    re_path("^leads/import/?$", leads.lead_import, name="lead_import"),
    re_path("^order/import/?$", import_order.order_import, name="order_import"),
    re_path("^upsale/import/?$", upsales.upsale_import, name="upsale_import"),
    re_path("^customer/query/?$", customers.query, name="customer_query"),
    re_path("^customer/update/?$", customers.update, name="customer_update"),
    re_path("^customer/history/?$", customers.history, name="customer_history"),
    re_path("^customer/addnote/?$", customers.add_note, name="customer_addnote"),
    re_path("^customer/profile/query/?$", profiles.query, name="profile_query"),
    re_path("^customer/profile/update/?$", profiles.update, name="profile_update"),
    re_path("^customer/profile/import/?$", profiles.update, name="profile_import"),
    re_path("^customer/merge/?$", merges.merge, name="customer_merge"),
    re_path("^customer/unmerge/?$", merges.unmerge, name="customer_unmerge"),
    re_path("^order/query/?$", orders.query, name="order_query"),
    re_path("^order/cancel/?$", orders.cancel, name="order_cancel"),
    re_path("^order/refund/?$", orders.refund, name="order_refund"),
    re_path("^transactions/query/?$", transactions.query, name="transactions_query"),
    re_path("^purchase/query/?$", purchases.query, name="purchase_query"),
    re_path("^purchase/update/?$", purchases.update, name="purchase_update"),
    re_path("^purchase/cancel/?$", purchases.cancel, name="purchase_cancel"),
    re_path("^purchase/pause/?$", purchases.pause, name="purchase_pause"),
    re_path("^members/query/?$", members.query, name="members_query"),
    re_path("^fulfillment/query/?$", fulfillments.query, name="fulfillment_query"),
    re_path("^fulfillment/update/?$", fulfillments.update, name="fulfillment_update"),
    re_path("^campaign/query/?$", campaigns.query, name="campaign_query"),
    # The calls stand above this line: what is none of them is said to be none, whatever its section.
    re_path(ANYTHING, nothing_here, name="nothing_here"),
]
