"""What `make deploy` is made of: settings, commands, the account, and the test of what was deployed."""
