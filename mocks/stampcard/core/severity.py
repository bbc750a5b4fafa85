"""How serious a finding is, from the mildest to the worst; one order for diagnostics, reports and comparisons."""

SEVERITIES = ("info", "warning", "error")
