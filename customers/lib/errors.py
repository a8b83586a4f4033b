class ActionError(Exception):
    """An act was refused and nothing was changed. `str(error)` says why; `field` is the value at fault, or "".

    Each module of acts has one class of its own, which a view that calls them catches; what needs another answer
    inherits from that. Who answers all alike, as the APIs do, catches this.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field
