"""What axe-core finds wrong with a page for people who see, hear or move differently (https://www.deque.com/axe/)."""

from pathlib import Path

from chromium import Page

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
# All that axe counts as serious or critical, of every level of WCAG it knows and of good practice.
_RUN = """axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations
  .filter(each => ["serious", "critical"].includes(each.impact))
  .map(each => `${each.id}: ` + each.nodes.map(node => `${node.target} ${node.failureSummary}`).join("; ")))"""


def serious(page: Page) -> list[str]:
    """The serious and critical findings, each with the elements it is about."""
    page.measure(f"{_AXE}; null")  # evaluated from outside, so that no policy of the page keeps it out
    found: list[str] = page.measure(_RUN)
    return found
