"""The demonstration's own authority: what a centre would buy from a trust service provider, made on this machine."""
