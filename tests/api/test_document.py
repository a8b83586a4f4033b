"""The OpenAPI document says what it means."""

import re
from collections import defaultdict

from ninja import Schema

from crm.api.chartmogul.api import api


def descendants(schema: type[Schema]) -> set[type[Schema]]:
    return {schema}.union(*(descendants(each) for each in schema.__subclasses__()))


def test_no_two_schemas_go_by_one_name():
    """The document knows a schema by the name of its class: of two with one name it would describe only one."""
    named = defaultdict(set)
    for schema in descendants(Schema):
        named[schema.__name__].add(schema.__module__)
    referred = set(re.findall(r"#/components/schemas/(\w+)", str(api.get_openapi_schema())))
    assert {name: modules for name, modules in named.items() if name in referred and len(modules) > 1} == {}
