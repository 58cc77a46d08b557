#!/bin/sh
# The checks that need no run: rules of the house, formatting, shell scripts, clang-tidy. Files that
# git tracks are looked at. `run.sh quick` leaves clang-tidy out.
set -u
O=${O:-build}
here=$(dirname "$0")
failed=0

step() {
	name=$1
	shift
	if "$@"; then
		echo "lint: $name ok"
	else
		echo "lint: $name FAILED"
		failed=1
	fi
}

tracked() { git -c safe.directory="*" ls-files "$@" | while read -r f; do [ -f "$f" ] && echo "$f"; done; }

rules() {
	tracked | grep -E '\.(c|h|def|sh|py|md|yaml)$|^Makefile$|^\.ci/' |
		xargs python3 "$here/check.py" .
}

format() { tracked '*.c' '*.h' | xargs clang-format --dry-run -Werror; }

# The programs of the kernel side have another compiler and target; the verifier reads them. Those of
# other machines are compiled by their own compilers.
tidy() {
	tracked '*.c' | grep -v -e '\.bpf\.c$' -e '/compat/prog_arm\.c$' |
		xargs -P2 -n1 sh "$here/tidy.sh" "$O"
}

shell() {
	if ! command -v shellcheck > /dev/null; then
		echo "lint: shellcheck is not installed; scripts are not checked"
		return 0
	fi
	tracked '*.sh' .ci/run | xargs shellcheck -S warning -s sh
}

step self-test sh "$here/self_test.sh"
step rules rules
step format format
step shell shell
[ "${1:-}" = quick ] || step tidy tidy
exit $failed
