"""Trainers' profiles and qualifications."""
