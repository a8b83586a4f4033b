"""Random histories done with the program and compared with the model after every step; a failure is made small."""

from typing import Any

from customers.lib.errors import ActionError
from customers.merging.split import SplitError
from tests.customers.histories.model import STRICTEST, History, HistoryStep, World
from tests.customers.histories.program import Program
from tests.customers.histories.steps import STEPS, random_steps
from tests.database import rolled_back


class DiffersError(AssertionError):
    """What the program says, and the model does not."""


class Run:
    def __init__(self) -> None:
        self.history, self.program, self.world = History(), Program(), World({})

    def do(self, step: HistoryStep) -> bool:
        """Whether the step was possible; DiffersError when the program and the model then say different things."""
        try:
            done = getattr(self, f"_{step.act}", self._plain)(step)
        except (ActionError, SplitError) as error:
            raise DiffersError(f"{step} was refused: {error}") from error
        if done:
            self.world = self.history.world()
            self.compare()
        return bool(done)

    def compare(self) -> None:
        _compare(self.world.picture(), self.program.picture())

    def _is_live(self, name: str) -> bool:
        return name in self.world.people and self.world.people[name].survivor is None

    def _plain(self, step: HistoryStep) -> bool:
        """An act whose arguments are the model's and the program's."""
        if "customer" in step.args and not self._is_live(step.args["customer"]):
            return False
        if "record" in step.args and step.args["record"] not in self.world.origins:
            return False
        getattr(self.program, step.act)(step.name, **step.args)
        self.history.add(step)
        return True

    def _arrive(self, step: HistoryStep) -> bool:
        # Profiles are completed after the order, which would clear “Lost”.
        bare = HistoryStep("arrive", step.name, {"values": {}, "counts": step.args["counts"]})
        self.program.arrive(step.name, {}, step.args["counts"])
        self.history.add(bare)
        self.world = self.history.world()
        return self._edit(HistoryStep("edit", step.name, {"customer": step.name, "values": step.args["values"]}))

    def _edit(self, step: HistoryStep) -> bool:
        customer, values = step.args["customer"], step.args["values"]
        if not self._is_live(customer):
            return False
        self.program.edit(step.name, customer, values)
        self._say(step, self.world)
        return True

    def _say(self, edit: HistoryStep, world: World) -> None:
        """Note the edit; what it refuses is said by all who are merged into the customer."""
        below = world.below(edit.args["customer"])
        self.history.add(edit, also=dict.fromkeys(below, refusals_in(edit.args["values"])))

    def _edit_again(self, step: HistoryStep) -> bool:
        """Set a value to what it shows already."""
        customer, key = step.args["customer"], step.args["key"]
        if not self._is_live(customer):
            return False
        values = {key: self.world.people[customer].values[key]}
        return self._edit(HistoryStep("edit", step.name, {"customer": customer, "values": values}))

    def _card(self, step: HistoryStep) -> bool:
        return self._show(
            step,
            "pay_source",
            [
                c
                for c, record in self.world.cards.items()
                if self.world.end(self.world.origins[record]) == step.args["customer"]
            ],
        )

    def _login(self, step: HistoryStep) -> bool:
        return self._show(
            step,
            "cart_login",
            [login for login, owner in self.world.logins.items() if self.world.end(owner) == step.args["customer"]],
        )

    def _show(self, step: HistoryStep, key: str, theirs: list[str]) -> bool:
        if not theirs:
            return False
        chosen = theirs[sum(map(ord, step.name)) % len(theirs)]
        return self._edit(HistoryStep("edit", step.name, {"customer": step.args["customer"], "values": {key: chosen}}))

    def _password(self, step: HistoryStep) -> bool:
        """A new password of a login; it is a value of the profile where that shows the login."""
        customer = step.args["customer"]
        logins = [login for login, owner in self.world.logins.items() if self.world.end(owner) == customer]
        if not self._is_live(customer) or not logins:
            return False
        chosen = logins[sum(map(ord, step.name)) % len(logins)]
        self.program.password(step.name, customer, chosen)
        if self.world.people[customer].values["cart_login"] == chosen:
            args = {"customer": customer, "values": {"cart_password": chosen}}
            self._say(HistoryStep("edit", step.name, args), self.world)
        return True

    def _take(self, step: HistoryStep) -> bool:
        customer, amount = step.args["customer"], step.args["amount"]
        if not self._is_live(customer):
            return False
        draws = self.world.draws(customer, amount, self.program.credit_order(customer))
        self.program.take(step.name, customer, amount)
        self.history.add(step, draws=draws)
        return True

    def _add_login(self, step: HistoryStep) -> bool:
        customer = step.args["customer"]
        if not self._is_live(customer):
            return False
        self.program.add_login(step.name, customer)
        self.history.add(step, shown=self.world.people[customer].values["cart_login"] is None)
        return True

    def _tag(self, step: HistoryStep) -> bool:
        customer, word = step.args["customer"], step.args["word"]
        if not self._is_live(customer):
            return False
        getattr(self.program, step.act)(step.name, customer, word)
        self.history.add(step, writes=(word in self.world.tags_of(customer)) is (step.act == "untag"))
        return True

    _untag = _tag

    def _set_attribute(self, step: HistoryStep) -> bool:
        return self._plain(HistoryStep(step.act, step.name, {**step.args, "value": step.name}))

    def _several_records(self, record: str) -> bool:
        if record not in self.world.origins:
            return False
        return len(self.world.records_of(self.world.end(self.world.origins[record]))) > 1

    def _split_facts(self, record: str) -> dict[str, Any]:
        """What the new customer is: the identity as received, with what all who are merged refuse."""
        chain = self.world.chain(self.world.origins[record])
        refused: dict[str, Any] = {}
        for name in chain:
            refused |= refusals_in(self.world.people[name].values)
        person = record.removeprefix("record of ")
        identity = {"first_name": person, "last_name": f"H{person}", "email": f"{person}@reunite.cz"}
        regained = {chain[-1]: self.program.regained_by_split(record)}
        return {"values": {**identity, **refused}, "regained": regained}

    def _split(self, step: HistoryStep) -> bool:
        if not self._several_records(step.args["record"]):
            return False
        facts = self._split_facts(step.args["record"])
        self.program.split(step.name, **step.args)
        self.history.add(step, **facts)
        return True

    def _unmerge(self, step: HistoryStep) -> bool:
        record = step.args["record"]
        if not self._several_records(record):
            return False
        facts = self._split_facts(record)
        restored = self.program.unmerge(step.name, record)
        if restored == step.name:
            self.history.add(HistoryStep("split", step.name, step.args), **facts)
        elif restored:
            self._take_out(restored)
        return restored is not None

    def _merge(self, step: HistoryStep) -> bool:
        survivor, *duplicates = step.args["people"]
        by_api = step.act == "merge_by_api"
        duplicates = duplicates[:1] if by_api else duplicates
        if not duplicates or not all(map(self._is_live, (survivor, *duplicates))):
            return False
        together = sum(self.world.picture()["credit"][name] for name in (survivor, *duplicates))
        wanted = None if by_api else step.args["credit"]
        choices = {} if by_api else step.args["choices"]
        args = {"survivor": survivor, "duplicates": duplicates, "choices": choices, "by_api": by_api}
        self.program.merge(step.name, **args, credit=wanted)
        correction = 0 if wanted is None else wanted - together
        self.history.add(HistoryStep("merge", step.name, args), order=[*self.world.people], correction=correction)
        if refused := refusals_in({key: value for key, (how, value) in choices.items() if how == "typed"}):
            edit = HistoryStep("edit", step.name, {"customer": survivor, "values": refused})
            self._say(edit, self.history.world())
        return True

    _merge_by_api = _merge

    def _standing(self, merge: str) -> list[str]:
        steps = [step for step in self.history.steps if step.act == "merge" and step.name == merge]
        return [d for step in steps for d in step.args["duplicates"] if (merge, d) not in self.history.undone]

    def _undo(self, step: HistoryStep) -> bool:
        standing = self._standing(step.args["merge"])
        only = [step.args["only"]] if step.act == "undo_part" else []
        if not standing or not {*only} <= {*standing}:
            return False
        self.program.undo(step.args["merge"], only)
        self.history.undone |= {(step.args["merge"], name) for name in only or standing}
        return True

    _undo_part = _undo

    def _undo_many(self, step: HistoryStep) -> bool:
        merges = {merge: standing for merge in step.args["merges"] if (standing := self._standing(merge))}
        if not merges:
            return False
        self.program.undo_many([*merges])
        self.history.undone |= {(merge, name) for merge, standing in merges.items() for name in standing}
        return True

    def _take_out(self, name: str) -> None:
        merges = [step.name for step in self.history.steps if step.act == "merge"]
        self.history.undone |= {(merge, name) for merge in merges if name in self._standing(merge)}


def refusals_in(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key in STRICTEST and value is STRICTEST[key]}


def _compare(model: dict[str, Any], program: dict[str, Any]) -> None:
    differences = [
        f"{what} of {name}: {program[what].get(name)!r}, and by the model {model[what].get(name)!r}"
        for what in model
        for name in {**model[what], **program[what]}
        if model[what].get(name) != program[what].get(name)
    ]
    if differences:
        raise DiffersError("\n".join(differences))


def failure_of(steps: list[HistoryStep]) -> str:
    """What differs after these steps, "" if nothing does. The database is as before."""
    with rolled_back():
        run = Run()
        for step in steps:
            try:
                run.do(step)
            except DiffersError as error:
                return str(error)
    return ""


def minimised(steps: list[HistoryStep]) -> list[HistoryStep]:
    """The steps without all that are not needed for a failure."""
    size = len(steps) // 2
    while size:
        for start in range(len(steps) - size, -1, -size):
            fewer = steps[:start] + steps[start + size :]
            if failure_of(fewer):
                steps = fewer
        size = min(size // 2, len(steps) // 2) if size > 1 else 0
    return steps


def check_history(seed: int, number: int = STEPS) -> int:
    """The number of steps that were possible; DiffersError with the fewest steps that fail."""
    steps, done = [*random_steps(seed, number)], 0
    with rolled_back():
        run = Run()
        try:
            for step in steps:
                done += run.do(step)
            return done
        except DiffersError:
            steps = steps[: steps.index(step) + 1]
    fewest = minimised(steps)
    listed = "\n".join(f"  {step}" for step in fewest)
    raise DiffersError(f"Seed {seed}, {len(fewest)} steps:\n{listed}\n{failure_of(fewest)}")
