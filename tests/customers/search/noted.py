"""What a list of customers finds, and whether the combinations of filters keep up with what changes."""

from collections import defaultdict

from customers.models import CombinationMember, Customer
from customers.search import together
from customers.search.combinations import Combination, combinations_of
from customers.search.filters import Criterion
from customers.search.scan import scan
from customers.search.sorting import SORTS


def found(*criteria: Criterion) -> set[int]:
    return {pk for stretch in scan(criteria, SORTS[0]) for *_, pk in stretch.passing}


def missed() -> set[int]:
    """Customers of whom a combination is neither noted, nor may be looked for because of a change."""
    changed = together.changed_since_noted()
    assert changed is not None
    stored = defaultdict(set)
    columns = [f"combination__{name}" for name in Combination._fields]
    for customer, *values in CombinationMember.objects.values_list("customer", *columns):
        stored[customer].add(Combination(*values))
    derived = combinations_of(list(Customer.objects.values_list("pk", flat=True)))
    # What is noted and no longer so finds a customer, too.
    differing = {customer for customer, wanted in derived.items() if wanted ^ stored[customer]}
    return differing - changed - together.sharing_with(changed)
