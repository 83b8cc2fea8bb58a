"""Parts of `make deploy`: settings, commands, the account, and the test of the deployed stack."""
