"""Documents: their formulas found, followed in reading order, judged and reported."""
