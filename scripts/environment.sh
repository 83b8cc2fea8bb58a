#!/bin/sh
# usage: environment.sh FOLDER REQUIREMENTS [REQUIREMENTS that the first one includes ...]
# Makes a virtual environment with the pinned packages, or leaves it alone where it already has them.
set -u
folder=$1
requirements=$2
shift
label=$(basename "$folder")

usable() { command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# the stamp is written last, so an environment whose installation was cut short is made again
wanted=$(cat "$@" | cksum)
if [ -f "$folder/.stamp" ] && [ "$(cat "$folder/.stamp")" = "$wanted" ] && usable "$folder/bin/python"; then
    exit 0
fi

python=
for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
    if usable "$candidate"; then
        # inside an activated virtual environment, the interpreter that it was made from
        python=$("$candidate" -c 'import sys; print(getattr(sys, "_base_executable", sys.executable))')
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 or newer is needed, and none was found on the PATH (PYTHON=/path/to/python names another)." >&2
    exit 1
fi

mkdir -p .cache
log=.cache/install$label.log
echo "Installing $label ..."
# one that works is brought up to date in place: somebody may be using it
usable "$folder/bin/python" || rm -rf "$folder"
if ! "$python" -m venv "$folder" >"$log" 2>&1; then
    echo "The virtual environment $label could not be made with $python; $log says why (on Debian, python3-venv may be missing)." >&2
    exit 1
fi
if ! "$folder/bin/python" -m pip install --disable-pip-version-check --no-input --retries 2 -r "$requirements" >"$log" 2>&1; then
    echo "The packages of $requirements could not be installed: is there a network connection? Details are in $log." >&2
    exit 1
fi
echo "$wanted" >"$folder/.stamp"
