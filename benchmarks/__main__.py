"""``make bench``: measure, print, and say whether what was promised holds."""

from __future__ import annotations

import sys

from benchmarks import (
    coverage_document,
    histories,
    imports,
    many_visits,
    map_page,
    phone,
    photos,
    planning,
    visits,
    worker_memory,
)
from benchmarks.figures import Figure, print_figures
from benchmarks.server import served_demonstration


def main() -> int:
    """Exit 0 when every promise holds, else 1."""
    figures: list[Figure] = []

    def show(title: str, measured: list[Figure]) -> None:
        print_figures(title, measured)
        figures.extend(measured)

    with served_demonstration() as served:
        show("The map page in Chromium", map_page.compared(served))
        show("The phone app in Chromium, four times slowed", phone.opened_and_saved(served))
        show("The coverage document", coverage_document.document_over_http(served))
        show("The memory of a worker", worker_memory.after_many_requests(served))
    show("The coverage function", coverage_document.function_alone())
    show("An import of 5 000 rows", imports.five_thousand_rows())
    show("An export of 10 000 visits", imports.ten_thousand_visits())
    show("Visits from the field on SQLite", visits.visits_on_sqlite())
    show("Visits from the field on PostgreSQL", visits.visits_on_postgres())
    show("Photos of visits", photos.hundred_thousand_photos())
    show("Coverage of the nation in PostgreSQL", many_visits.nation_in_postgres())
    show("Random histories of phones and failures", histories.random_histories())
    show("Plans of full coverage", planning.plans())
    short = [figure for figure in figures if not figure.holds]
    print(f"\n{len(figures)} figures, {len(short)} fall short")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
