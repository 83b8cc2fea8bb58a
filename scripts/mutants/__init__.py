"""Removes every condition and every authorisation check of the product, one at a time: a test must fail each time.

    make mutants                                    all of them
    make mutants ARGS="--only persistence/ledger"   those of some files
    make mutants ARGS="--changed"                   those of files that differ from the last commit

`sites` finds what can be removed, `schemata` writes a copy of the sources in which each of them can be switched off by
its number, `runner` has those tests run for each of them that come by there, in processes that `plugin` forks from one
that has collected everything.
"""
