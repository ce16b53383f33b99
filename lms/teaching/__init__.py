"""The trainer's desk beside the register: materials, messages to the group, problems, proposals for new courses."""
