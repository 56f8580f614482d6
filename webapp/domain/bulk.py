"""How Procore takes many new time cards of one company at once, as far as it was seen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BulkKinds:
    """None: not seen yet. `keeps_fractions`: the company's bulk create stores 7.5 hours as 7.5, though its schema says
    integer. `has_small`: the bulk create of 25 in one project is offered; it speaks of beta access."""

    keeps_fractions: bool | None = None
    has_small: bool | None = None

    @property
    def in_words(self) -> str:
        """For people who look at what the app may do in Procore."""
        if self.keeps_fractions:
            return "Many at once, for the whole company."
        if self.has_small:
            return "Whole hours many at once, others 25 at once in a project."
        if self.keeps_fractions is None and self.has_small is None:
            return "Not seen yet: learnt with the first time cards that are sent."
        return "Whole hours many at once, others one by one."
