"""Product reviews: the event review_submit, as shops send it (github antavo/loyaltyapps)."""

from __future__ import annotations

from stampcard.antavo.amounts import total
from stampcard.antavo.work import Work


def submit(work: Work) -> None:
    """Register a review, with the points reviews are set up to give."""
    points = work.brand.settings.product_review.points
    work.customer.score = total((work.customer.score, points))
    work.register(points)
