"""Draw the icons that phones put on their home screen from ``icon.svg``; needs Chromium. `make icons`."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parents[1] / "fieldapp" / "static" / "img"
# Name, pixels, whether the colour reaches the edge, and how large the sign is on it: phones cut a
# maskable icon to a circle of four fifths, and iOS rounds the corners itself.
ICONS = (
    ("icon-192.png", 192, False, 1.0),
    ("icon-512.png", 512, False, 1.0),
    ("icon-maskable-512.png", 512, True, 0.8),
    ("icon-apple-180.png", 180, True, 0.95),
)


def main() -> None:
    """Write every icon beside the drawing."""
    drawing = (IMAGES / "icon.svg").read_text("utf-8")
    colour = re.search(r'<rect[^>]*fill="(#\w+)"', drawing)
    assert colour is not None, "the drawing begins with a coloured ground"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, size, full, scale in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            ground = colour[1] if full else "transparent"
            page.set_content(
                f"<style>html,body{{margin:0;height:100%;background:{ground};display:grid;"
                f"place-items:center}}svg{{width:{scale:.0%};height:{scale:.0%}}}</style>{drawing}"
            )
            page.screenshot(path=IMAGES / name, omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
