"""Splink's own tutorial model, on the same columns as ours: how well its defaults find people, untuned.

It compares names by Jaro-Winkler, emails and dates by the library's comparisons and the rest by Levenshtein, trains
without labels, and takes connected components at one half for people, as the tutorial of Splink does.
"""

from __future__ import annotations

import logging

from benchmarks.labelled import Labelled, Pairs, pairs_within
from customers.matching.likely.columns import arrow_table

NAMES, PLACES = ("first", "last"), ("street", "place", "city", "postcode")
EXACT = ("number", "state")
BLOCKED = (
    *(("first", "last"), ("first", "city"), ("last", "city"), ("email",), ("born",)),
    *(("first", "postcode"), ("last", "postcode"), ("first", "street"), ("last", "street"), ("street", "number")),
    *(("number", "postcode"), ("street", "postcode")),
)
TRAINED = (("first", "last"), ("email",), ("postcode",), ("city",))
SURE = (("first", "last"), ("email",))
LEAST = 0.5


def tutorial_pairs(labelled: Labelled) -> Pairs:
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    with duckdb.connect() as connection:
        connection.register("rows", arrow_table(labelled.customers))
        connection.execute("create table people as select * from rows")
        names = [name for name, *_ in connection.execute("describe people").fetchall()]
        columns = ", ".join(f"count({name})" for name in names)
        ((*counts,),) = connection.execute(f"select {columns} from people").fetchall()  # noqa: S608 - of ours
        present = {name for name, number in zip(names, counts, strict=True) if number}
        compared = [cl.NameComparison(name).configure(term_frequency_adjustments=True) for name in NAMES]
        compared += [cl.LevenshteinAtThresholds(name, [1, 2]) for name in PLACES if name in present]
        compared += [cl.ExactMatch(name) for name in EXACT if name in present]
        if "email" in present:
            compared.append(cl.EmailComparison("email"))
        if "born" in present:
            compared.append(cl.DateOfBirthComparison("born", input_is_string=True))

        def rules(of: tuple[tuple[str, ...], ...]) -> list[object]:
            return [block_on(*columns) for columns in of if present.issuperset(columns)]

        settings = SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="id",
            comparisons=compared,
            blocking_rules_to_generate_predictions=rules(BLOCKED),
        )
        interface = DuckDBAPI(connection=connection)
        linker = Linker(interface.register("people"), settings, log_level=logging.ERROR)
        linker.training.estimate_probability_two_random_records_match(rules(SURE), recall=0.7)
        linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
        for rule in rules(TRAINED):
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        likely = linker.inference.predict(threshold_match_probability=LEAST, warning_mode="never")
        pairs = connection.execute(f"select id_l, id_r from {likely.physical_name}").fetchall()  # noqa: S608 - of ours
        return _connected(pairs)


def _connected(pairs: list[tuple[int, int]]) -> Pairs:
    group_of: dict[int, set[int]] = {}
    for one, other in pairs:
        together = group_of.get(one, {one}) | group_of.get(other, {other})
        group_of.update(dict.fromkeys(together, together))
    return pairs_within({id(group): group for group in group_of.values()}.values())
