#!/bin/sh
# usage: pins.sh [--upgrade]
# Writes which version of every package is installed, with its hashes, from what pyproject.toml names. Versions stay as they are
# where they still fit; with --upgrade each becomes the newest that fits. No registry's address is written.
set -eu
lambda=layers/dependencies/requirements.txt

pin() {
    output=$1
    shift
    .venv/bin/uv pip compile "$@" --output-file "$output" --quiet --universal --python-version 3.11 \
        --generate-hashes --no-strip-extras --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make update"
}

pin $lambda pyproject.toml "$@"
# what runs in Lambda is what the tests run with
pin requirements/dev.txt pyproject.toml --group dev --constraint $lambda "$@"
for group in install ministack bench scan; do
    pin requirements/$group.txt --group $group "$@"
done
