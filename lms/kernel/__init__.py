"""Words everybody uses: who acts, what time it is, what is refused, what is allowed. Imports nothing of ours."""
