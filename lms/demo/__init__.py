"""The demo centre of Haldensleben: data, one-click sign-in and the mailbox. Never loaded in service."""
