"""Validation rules: their conditions and logic, bundles, limits, and the formulas that discounts and points take."""
