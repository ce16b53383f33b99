"""Sessions: when and where a run meets, by whom it is taught, and what stands in the way."""
