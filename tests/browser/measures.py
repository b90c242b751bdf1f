"""What is looked for in a page that Chromium shows; each is empty where the page is as it should be."""

import re
from urllib.parse import urlsplit

from chromium import Page

# What reaches over the right edge of the view: the page itself, then every element that does so visibly.
_OVERFLOW = """(() => {
  const root = document.documentElement, wide = [];
  if (root.scrollWidth > innerWidth) wide.push(`page: ${root.scrollWidth} of ${innerWidth} pixels`);
  for (const each of document.body.querySelectorAll("*")) {
    const box = each.getBoundingClientRect(), style = getComputedStyle(each);
    const hidden = style.position === "absolute" && (style.clipPath !== "none" || box.bottom < 0);
    if (box.width && !hidden && box.right > innerWidth + 0.5)
      wide.push(`${each.tagName} ${Math.round(box.right)}: ${each.textContent.trim().slice(0, 60)}`);
  }
  return wide;
})()"""
_HEADINGS = """[...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(each => each.checkVisibility())
  .map(each => [Number(each.tagName[1]), each.textContent.trim()])"""
# Every text with its contrast to the ground it stands on: WCAG 2.2, "contrast ratio" and "relative luminance". A ground
# that lets through what is below it is laid over that.
_CONTRAST = """(() => {
  const parts = colour => {
    const found = colour.match(/^rgba?\\(([\\d.]+), ([\\d.]+), ([\\d.]+)(?:, ([\\d.]+))?\\)$/);
    if (!found) throw new Error(`a colour that is not understood: ${colour}`);
    return [+found[1], +found[2], +found[3], found[4] === undefined ? 1 : +found[4]];
  };
  const over = (top, below) => [0, 1, 2].map(at => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.backgroundColor = "Canvas";  // what is below everything, in the scheme that the page takes part in
  const canvas = parts(getComputedStyle(probe).backgroundColor);
  probe.remove();
  const luminance = colour => {
    const [red, green, blue] = colour.slice(0, 3).map(each => each / 255)
      .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = element => {
    const style = getComputedStyle(element);
    if (style.backgroundImage !== "none") throw new Error(`an image behind text: ${element.tagName}`);
    const own = parts(style.backgroundColor);
    if (own[3] === 1) return own;
    return over(own, element.parentElement ? ground(element.parentElement) : canvas);
  };
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
    const visible = element.checkVisibility({opacityProperty: true, visibilityProperty: true});
    if (!text || !visible || ["SCRIPT", "STYLE", "OPTION"].includes(element.tagName)) continue;
    const behind = ground(element), ink = over(parts(getComputedStyle(element).color), behind);
    const [darker, lighter] = [luminance(ink), luminance(behind)].sort((one, other) => one - other);
    found.push([Math.round((lighter + 0.05) / (darker + 0.05) * 100) / 100, text.slice(0, 60)]);
  }
  return found;
})()"""


def faults(page: Page) -> list[object]:
    """Everything that is looked for here, and what the console said."""
    wrong = (overflowing(page), heading_faults(page), faint(page), asked_elsewhere(page))
    return [*page.complaints, *(each for found in wrong for each in found)]


def overflowing(page: Page) -> list[str]:
    """What reaches over the right edge of the view."""
    found: list[str] = page.measure(_OVERFLOW)
    return found


def heading_faults(page: Page) -> list[str]:
    """Where headings leave a level out, or are not below one first heading."""
    levels: list[tuple[int, str]] = page.measure(_HEADINGS)
    faults = [] if [level for level, _ in levels].count(1) == 1 else ["not one first heading"]
    before = 0
    for level, text in levels:
        if level > before + 1 or not text:
            faults.append(f"h{level} after h{before}: {text}")
        before = level
    return faults


def texts(page: Page) -> list[tuple[float, str]]:
    """Every text that is seen, with its contrast to its ground, from 1 to 21."""
    found: list[tuple[float, str]] = page.measure(_CONTRAST)
    return found


def faint(page: Page) -> list[tuple[float, str]]:
    """The texts below WCAG AA: 4.5:1, large ones included."""
    return [each for each in texts(page) if each[0] < 4.5]


def asked_elsewhere(page: Page) -> list[str]:
    """The addresses asked for that are on no loopback address, whether anything answered or not."""
    return [
        address
        for address in page.requests
        if urlsplit(address).scheme in ("http", "https", "ws", "wss")
        and not re.fullmatch(r"127(\.\d+){3}|localhost", urlsplit(address).hostname or "")
    ]
