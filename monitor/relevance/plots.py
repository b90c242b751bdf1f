"""Plots of an evaluation as SVG: precision over recall, calibration, and how scores are spread. Text in, text out.

Drawn by hand, for three plots are no reason for a plotting library; readable in light and dark, with a title and a
description for those who hear them.
"""

from collections.abc import Sequence
from html import escape

from monitor.relevance.evaluate import Bin, precision_recall

_WIDTH, _HEIGHT = 480, 360
_LEFT, _TOP, _RIGHT, _BOTTOM = 56, 44, 16, 52
_BARS = 20
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.t{font-weight:600}.g{stroke:#ddd}.a{stroke:#555}"
    ".l{fill:none;stroke:#1f5fa8;stroke-width:2}.d{stroke:#888;stroke-dasharray:4 4}.p{fill:#1f5fa8}.q{fill:#c9ced6}"
    "@media(prefers-color-scheme:dark){svg{background:#16181c}text{fill:#e6e6e6}.g{stroke:#333}.a{stroke:#aaa}"
    ".l{stroke:#7ab3f0}.p{fill:#7ab3f0}.q{fill:#4a4f57}}"
)


def precision_recall_plot(title: str, relevant: Sequence[bool], scores: Sequence[float], threshold: float) -> str:
    """Precision over recall, with the point that the threshold chose."""
    points = precision_recall(relevant, scores)
    line = " ".join(f"{_x(recall):.1f},{_y(precision):.1f}" for recall, precision in points)
    shapes = [f'<polyline class="l" points="{line}"/>'] if points else []
    taken = [yes for yes, score in zip(relevant, scores, strict=True) if score >= threshold]
    told = "nothing is taken at the threshold"
    if taken and any(relevant):
        recall, precision = sum(taken) / sum(relevant), sum(taken) / len(taken)
        shapes.append(f'<circle class="p" cx="{_x(recall):.1f}" cy="{_y(precision):.1f}" r="5"/>')
        told = f"at the threshold precision is {precision:.2f} and recall {recall:.2f}"
    return _plot(title, told, ("recall", "precision"), shapes)


def calibration_plot(title: str, bins: Sequence[Bin]) -> str:
    """The share that was relevant over the mean score of each bin, with its interval; the diagonal would be perfect."""
    shapes = [f'<line class="d" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>']
    for each in bins:
        x = f"{_x(each.mean_score):.1f}"
        low, high = f"{_y(each.relevant.low):.1f}", f"{_y(each.relevant.high):.1f}"
        shapes.append(f'<line class="a" x1="{x}" y1="{low}" x2="{x}" y2="{high}"/>')
        shapes.append(f'<circle class="p" cx="{x}" cy="{_y(each.relevant.value):.1f}" r="4"/>')
    told = "; ".join(f"{each.relevant.value:.2f} of {each.articles} scored {each.mean_score:.2f}" for each in bins)
    return _plot(title, told or "no article", ("score", "share relevant"), shapes)


def histogram_plot(title: str, relevant: Sequence[bool], scores: Sequence[float], threshold: float) -> str:
    """How many articles have which score, the relevant ones in colour, with the threshold."""
    counts = [[0, 0] for _ in range(_BARS)]
    for yes, score in zip(relevant, scores, strict=True):
        counts[min(int(score * _BARS), _BARS - 1)][yes] += 1
    highest = max(1, *(sum(pair) for pair in counts))
    wide = (_x(1) - _x(0)) / _BARS
    shapes = []
    for number, (other, right) in enumerate(counts):
        for kind, low, high in (("p", 0, right), ("q", right, right + other)):
            if high > low:
                x, top, tall = _x(0) + number * wide, _y(high / highest), _y(low / highest) - _y(high / highest)
                shapes.append(
                    f'<rect class="{kind}" x="{x:.1f}" y="{top:.1f}" width="{wide - 1:.1f}" height="{tall:.1f}"/>'
                )
    if threshold <= 1.0:
        place = f"{_x(threshold):.1f}"
        shapes.append(f'<line class="d" x1="{place}" y1="{_y(0)}" x2="{place}" y2="{_y(1)}"/>')
    told = f"{sum(relevant)} relevant of {len(relevant)} articles, threshold {threshold:.2f}, highest bar {highest}"
    return _plot(title, told, ("score", f"articles (1.0 is {highest})"), shapes)


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _plot(title: str, told: str, axes: tuple[str, str], shapes: Sequence[str]) -> str:
    grid = []
    for step in range(6):
        share = step / 5
        kind = "a" if step == 0 else "g"
        grid.append(f'<line class="{kind}" x1="{_x(0)}" y1="{_y(share):.1f}" x2="{_x(1)}" y2="{_y(share):.1f}"/>')
        grid.append(f'<text x="{_LEFT - 8}" y="{_y(share) + 4:.1f}" text-anchor="end">{share:.1f}</text>')
        grid.append(f'<text x="{_x(share):.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{share:.1f}</text>')
    middle, upright = (_x(0) + _x(1)) / 2, f"translate(16 {(_y(0) + _y(1)) / 2}) rotate(-90)"
    names = [
        f'<text class="t" x="{_LEFT}" y="24">{escape(title)}</text>',
        f'<text x="{middle}" y="{_HEIGHT - 12}" text-anchor="middle">{escape(axes[0])}</text>',
        f'<text transform="{upright}" text-anchor="middle">{escape(axes[1])}</text>',
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
    said = f"<title>{escape(title)}</title><desc>{escape(told)}</desc><style>{_STYLE}</style>"
    return "\n".join([head, said, *grid, *shapes, *names, "</svg>"]) + "\n"
