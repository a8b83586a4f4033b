"""Rules know no forms, views or HTTP; import-linter and ruff hold the rest of the layers."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
APPS = ("customers", "orders")
ABOVE_RULES = {"forms", "views"}


def rule_modules() -> list[Path]:
    outside = ABOVE_RULES | {"urls", "migrations"}
    modules = [path.relative_to(ROOT) for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [path for path in modules if outside.isdisjoint(path.with_suffix("").parts)]


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_a_rule_imports_no_form_and_no_view():
    imports = [(path, name) for path in rule_modules() for name in imports_of(path) if name.startswith(APPS)]
    assert len(imports) > 500
    assert [(str(path), name) for path, name in imports if ABOVE_RULES & {*name.split(".")}] == []
