"""The shapes of the demo files: what each TOML table must say, and nothing it may not."""
