"""What is offered: courses, their runs, topics, audiences, prices."""
