"""Asking axe-core, the accessibility checker from npm, about the page that is open."""

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).parent.parent / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
    options => axe.run(document, options).then(
        found => found.violations.filter(each => options.impacts.includes(each.impact))
            .map(each => `${each.impact} ${each.id}: ${each.nodes.slice(0, 3).map(node => node.html).join(' ')}`)
    )
"""
IMPACTS = ["serious", "critical"]


def load(page: Page) -> None:
    # Evaluated rather than added as a script element, which the Content-Security-Policy would refuse.
    page.evaluate(SCRIPT.read_text())


def violations(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """What serious or critical is wrong with the page, by all rules of the standards or only by `rules`."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": STANDARDS}
    return page.evaluate(RUN, {"runOnly": only, "impacts": IMPACTS, "resultTypes": ["violations"]})
