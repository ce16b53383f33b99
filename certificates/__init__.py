"""Certificates: the facts on the paper, the paper itself, its code, and whether it is genuine.

A library that takes values and returns values. It knows no database, no request, no clock and no
setting: dates, keys, fonts and pictures are handed to it. Drawing needs system libraries (Pango), so
nothing is imported here; `certificates.libraries` says what is missing before `certificates.pdf` needs it.
"""
