"""HTML controllers of wishes and votes."""
