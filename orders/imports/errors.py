from customers.lib.errors import ActionError


class TableError(ActionError):
    """The file cannot be read as a table. Nothing was imported."""


class MappingError(ActionError):
    """The columns do not say enough to import the rows, or one of them means what cannot be."""


class LargeTableError(TableError):
    """A spreadsheet is too large to be read as a whole."""
