import chartmogul

from tests.tables import table

RULES = {
    "churn_recognition": "churn_at_time_of_cancelation",
    "churn_when_zero_mrr": False,
    "auto_churn_subscription": False,
    "refund_handling": "refund_ignore",
    "proximate_movement_reclassification": "one_hour_reclassification",
}


def test_the_account_is_told_without_its_rules(caller, settings):
    shown = caller.get("account").json()
    assert shown.keys() == {"id", "name", "currency", "time_zone", "week_start_on"}
    assert (shown["name"], shown["currency"]) == (settings.ACCOUNT_NAME, settings.DEFAULT_CURRENCY)
    assert shown["id"].startswith("acc_")


def test_rules_are_told_when_they_are_asked_for(caller):
    shown = caller.get("account", include=",".join(RULES)).json()
    assert RULES.items() <= shown.items()
    only = caller.get("account", include=" refund_handling , churn_recognition").json()
    assert RULES.keys() & only.keys() == {"refund_handling", "churn_recognition"}


@table(
    ("minutes", "said"),
    [
        (0, "reclassification_off"),
        (-5, "reclassification_off"),
        (10, "ten_minutes_reclassification"),
        (59, "ten_minutes_reclassification"),
        (10_000_000, "ninety_days_reclassification"),
    ],
)
def test_the_window_of_reclassification_is_said_in_words(caller, settings, minutes, said):
    settings.MRR_RECLASSIFIED_WITHIN = minutes
    shown = caller.get("account", include="proximate_movement_reclassification").json()
    assert shown["proximate_movement_reclassification"] == said


@table("name", ["nonsense", "refund_handling,nonsense", "\x00"])
def test_an_unknown_rule_is_a_bad_request(caller, name):
    response = caller.get("account", include=name)
    assert (response.status_code, response.json()["param"]) == (400, "include")


def test_the_published_client_asks_for_rules(config):
    account = chartmogul.Account.retrieve(config, include="churn_recognition,churn_when_zero_mrr").get()
    assert (account.churn_recognition, account.churn_when_zero_mrr) == ("churn_at_time_of_cancelation", False)
