"""Paths of pages are those that Django answers, whatever stands in them."""

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse, set_script_prefix
from django.utils import timezone
from django.utils.safestring import mark_safe

from customers.lib.paths import path_of

PAGES = [
    ("home", ()),
    ("customers:detail", (7,)),
    ("customers:why", (7, 8)),
    ("orders:order_detail", ("A1B2C3",)),
    ("orders:order_detail", ("with-dash_1",)),
    ("orders:order_detail", (12,)),
    ("customers:detail", ("7",)),
]


@pytest.mark.parametrize(("page", "args"), PAGES)
def test_a_path_is_that_of_django(page, args):
    assert path_of(page, *args) == path_of(page, *args) == reverse(page, args=args)


def test_a_path_begins_with_the_prefix_under_which_the_program_runs():
    path_of("customers:detail", 7)
    set_script_prefix("/crm/")
    try:
        assert path_of("customers:detail", 7) == "/crm/customers/7/"
    finally:
        set_script_prefix("/")


@pytest.mark.parametrize(
    ("page", "args"),
    [
        ("customers:nowhere", ()),
        ("customers:detail", ()),
        ("customers:detail", (-1,)),
        ("orders:order_detail", ("a/b",)),
    ],
)
def test_a_page_that_is_not_there_has_no_path(page, args):
    with pytest.raises(NoReverseMatch):
        path_of(page, *args)


def test_templates_write_paths_as_django_does():
    two, one, named = (
        '{% url "customers:why" one other as path %}{{ path }}',
        '{% url "orders:order_detail" number=name %}',
        "{% url name %}",
    )
    written = f"{two} {one} {named}"
    with pytest.raises(NoReverseMatch):
        Template(written).render(Context({"one": 1, "other": 2, "name": "A1"}))
    context = {"one": 1, "other": 2, "name": mark_safe("home")}
    assert Template(written).render(Context(context)) == f"{reverse('customers:why', args=[1, 2])} /orders/home/ /"
    assert Template('{% url "nowhere" 1 as path %}{{ path }}').render(Context()) == ""


def test_templates_write_times_of_iso_8601_in_the_time_zone_of_the_user():
    moment = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Prague"):
        assert Template('{{ at|date:"c" }} {{ at|date:"Y-m-d" }} {{ none|date:"c" }}').render(
            Context({"at": moment})
        ) == ("2026-03-02T00:30:00+01:00 2026-03-02 ")


def test_templates_write_days_in_the_time_zone_of_the_user():
    moment = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    template = Template("{{ at|date }} {{ at|day }} {{ none|day }}")
    for zone, expected in (
        ("Europe/Prague", '2 Mar 2026 <time datetime="2026-03-02T00:30:00+01:00">2 Mar 2026</time> '),
        ("America/New_York", '1 Mar 2026 <time datetime="2026-03-01T18:30:00-05:00">1 Mar 2026</time> '),
    ):
        with timezone.override(zone):
            assert template.render(Context({"at": moment, "none": None})) == expected
