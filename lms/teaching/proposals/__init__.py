"""Courses that trainers propose: written, handed in, asked about, taken on as a draft or declined with a reason (F-H15)."""
