"""Certificates as Open Badges: signed when the paper is drawn, published keys and status, downloads, and reading one back."""
