"""Signing in, sessions, second factors, tokens, roles; turns a request into an Actor."""
