"""Figures for the town hall and for those who pay: what was taught, whom it reached, what it cost, and who paid for which hour.

It reads everything below and writes its own tables alone. `figures` counts (one file a subject), `suppression` hides what could
be traced back to somebody, `funding` keeps which hour belongs to which funding line, `freezing` hands reports in.
"""
