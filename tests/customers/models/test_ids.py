from uuid import RFC_4122, UUID

from customers.models.ids import bare_id, public_id


def test_an_id_is_a_random_uuid_with_its_kind():
    ids = [UUID(bare_id()) for _ in range(100)]
    assert {(id_.version, id_.variant) for id_ in ids} == {(4, RFC_4122)}
    assert len(set(ids)) == 100
    kind, _, bare = public_id("cus").partition("_")
    assert (kind, str(UUID(bare))) == ("cus", bare)
