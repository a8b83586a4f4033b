"""The OpenAPI document says what it means."""

import re
from collections import Counter, defaultdict

from pydantic import BaseModel

from crm.api.chartmogul.api import api


def descendants(schema: type[BaseModel]) -> set[type[BaseModel]]:
    return {schema}.union(*(descendants(subclass) for subclass in schema.__subclasses__()))


def test_no_two_schemas_go_by_one_name():
    """The document knows a schema by the name of its class: of two with one name it would describe only one."""
    named = defaultdict(set)
    for schema in descendants(BaseModel):
        named[schema.__name__].add(schema.__module__)
    referred = set(re.findall(r"#/components/schemas/(\w+)", str(api.get_openapi_schema())))
    assert {name: modules for name, modules in named.items() if name in referred and len(modules) > 1} == {}


def test_no_two_operations_go_by_one_name():
    """Clients that are made from the document have a function for each."""
    operations = [of for path in api.get_openapi_schema()["paths"].values() for of in path.values()]
    names = Counter(operation["operationId"] for operation in operations)
    assert [name for name, number in names.items() if number > 1] == []


def test_a_merge_names_each_side_by_either_kind_of_id():
    document = api.get_openapi_schema()
    body = document["paths"]["/v1/customers/merges"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schemas = document["components"]["schemas"]
    sides = schemas[body["$ref"].rpartition("/")[2]]["properties"]
    assert sides.keys() == {"from", "into"}
    for side in sides.values():
        named = schemas[side["$ref"].rpartition("/")[2]]["properties"]
        assert named.keys() == {"customer_uuid", "data_source_uuid", "external_id"}
