"""The operator's command line: `python -m scripts.cli --help`; `docs/cli.md` describes it.

It does work for which there is no endpoint: a first administrator, courses from a file, new signing keys, dead letters,
invariants.
Rules are the product's own: accounts and courses are made by its services and checked with its API's models.
"""
