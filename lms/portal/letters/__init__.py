"""Where the team sees every letter, prints those that go by post, and puts right what did not arrive."""
