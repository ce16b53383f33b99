"""Reminding people of what they owe: levels one to three, runs with a preview, who is left out, and what comes after."""
