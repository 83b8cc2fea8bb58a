#!/bin/sh
# usage: environment.sh [FOLDER ...]
# Makes the virtual environments named (.venv, .venv-ministack, .venv-bench, .venv-scan) with their pinned packages; where they have
# those already, it does nothing. What goes wrong is said in one sentence.
set -u
cache=.cache

usable() { command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

requirements_of() {
    case $1 in
        .venv) echo requirements/dev.txt ;;
        .venv-ministack) echo requirements/ministack.txt ;;
        .venv-bench) echo requirements/bench.txt ;;
        .venv-scan) echo requirements/scan.txt ;;
    esac
}

# what the requirements say, those of Lambda included, and how they are installed
fingerprint_of() { cat "$(requirements_of "$1")" layers/dependencies/requirements.txt scripts/environment.sh | cksum; }

# the stamp is written last, so an environment whose installation was cut short is made again
is_complete() { [ "$(cat "$1/.stamp" 2>/dev/null)" = "$(fingerprint_of "$1")" ] && usable "$1/bin/python"; }

base_of() { "$1" -c 'import os, sys; print(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))'; }

# PYTHON= names the interpreter: an environment of another one is not used in its place without a word
require_interpreter() {
    [ -n "${PYTHON:-}" ] || return 0
    if ! usable "$PYTHON"; then
        echo "PYTHON=$PYTHON is no Python 3.11 or newer." >&2
        return 1
    fi
    for folder in "$@"; do
        if usable "$folder/bin/python" && [ "$(base_of "$folder/bin/python")" != "$(base_of "$PYTHON")" ]; then
            echo "$folder was made with $(base_of "$folder/bin/python"): remove it (rm -rf $folder), so that PYTHON=$PYTHON makes the next one." >&2
            return 1
        fi
    done
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
        if usable "$candidate"; then
            # inside an activated virtual environment, the interpreter that it was made from
            "$candidate" -c 'import sys; print(getattr(sys, "_base_executable", sys.executable))'
            return
        fi
    done
    echo "Python 3.11 or newer is needed, and none was found on the PATH (PYTHON=/path/to/python names another)." >&2
    return 1
}

# in the background, so that a signal reaches this shell at once
step() {
    "$@" >"$log" 2>&1 &
    child=$!
    wait $child
}

# what came with Python may be too old to compare the hashes of packages with extras
pip_install() { step "$folder/bin/python" -m pip install --disable-pip-version-check --no-input --retries 2 -r "$1"; }

install() {
    folder=$1
    log=$cache/install$folder.log
    child=
    trap 'kill $child 2>/dev/null; exit 1' TERM
    # one that works is brought up to date in place: somebody may be using it
    usable "$folder/bin/python" || rm -rf "$folder"
    if ! step "$python" -m venv "$folder"; then
        echo "$folder could not be made with $python, on Debian for want of python3-venv: $log says why."
    elif ! pip_install requirements/install.txt || ! pip_install "$(requirements_of "$folder")"; then
        echo "The packages of $(requirements_of "$folder") could not be installed, is there a network connection ($log)?"
    else
        # `import peerlearn` resolves in the environment, for editors too
        for packages in "$folder"/lib/python3*/site-packages; do
            echo ../../../../layers/peerlearn >"$packages/peerlearn.pth"
        done
        fingerprint_of "$folder" >"$folder/.stamp"
    fi >"$cache/problem$folder"
}

require_interpreter "$@" || exit 1
missing=
for folder in "$@"; do
    is_complete "$folder" || missing="$missing $folder"
done
[ -n "$missing" ] || exit 0

python=$(find_python) || exit 1
mkdir -p $cache
echo "Installing$missing ..."
jobs=
trap 'kill $jobs 2>/dev/null; exit 130' INT TERM HUP
for folder in $missing; do
    install "$folder" &
    jobs="$jobs $!"
done
wait
for folder in $missing; do
    if [ -s "$cache/problem$folder" ]; then
        cat "$cache/problem$folder" >&2
        exit 1
    fi
done
