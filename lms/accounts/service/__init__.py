"""What people can do with accounts: get in and out, look after their own, and look after those of others."""
