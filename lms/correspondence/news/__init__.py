"""News for whoever asked for them: never sent without consent, ended with one click."""
