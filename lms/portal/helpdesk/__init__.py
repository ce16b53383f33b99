"""What joins the help desk with its neighbours: devices to try out, and numbers at a public tablet."""
