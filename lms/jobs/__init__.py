"""What happens a moment later: events for listeners and tasks for carriers, kept in the database until done.

`announce(session, event)` and `enqueue(session, task, …)` write a row next to the change they speak of, in the caller's
transaction: what is rolled back was never said. The worker claims rows and works them off.
"""
