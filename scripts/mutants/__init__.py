"""Removes every condition and every authorisation check of the product, one at a time: a test must fail each time.

    make mutants                                    all of them
    make mutants ARGS="--only persistence/ledger"   those of some files
    make mutants ARGS="--changed"                   those of files that differ from the last commit

`sites` finds what can be removed, `schemata` writes a copy of the sources in which each of them can be switched off by
its number, `runner` runs for each of them the tests that come by there, in processes forked from one that has loaded
everything else.
"""
