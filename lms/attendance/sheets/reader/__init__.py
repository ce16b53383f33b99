"""Reads a photographed sheet: a picture in, ticks out. Knows no request, no database, no clock and nobody's name."""
