"""The day at a help desk: numbers are drawn, the next is called, and what was helped with is counted without names."""
