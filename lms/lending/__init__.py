"""Devices handed out and taken back: within a course, and home afterwards."""
