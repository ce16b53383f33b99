"""The planner: who and what is where and when, where that clashes, and the signs at the doors."""
