"""The demo centre: an invented but complete term, read from TOML and put into the database."""
