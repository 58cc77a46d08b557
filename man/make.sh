#!/bin/sh
# make.sh FOLDER: writes the finished manual pages and the shell completion into FOLDER. Tables come
# from the program itself ($O/saker), so they cannot differ from what it does.
set -eu
# Not those of whoever builds: his own views and themes.
HOME=/nonexistent
unset XDG_CONFIG_HOME
export HOME
out=$1
here=$(dirname "$0")
mkdir -p "$out"
for page in saker.1 saker-views.5 saker-filter.5 saker-rules.5 saker.bash; do
	python3 "$here/tables.py" "${O:-build}/saker" < "$here/$page" > "$out/$page.new"
	mv "$out/$page.new" "$out/$page"
done
