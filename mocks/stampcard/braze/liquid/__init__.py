"""Braze's Liquid dialect on python-liquid. Import `stampcard.braze.liquid.render` late: python-liquid loads slowly."""
