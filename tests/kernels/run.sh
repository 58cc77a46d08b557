#!/bin/sh
# run.sh KERNEL...: boots each kernel of the cache under emulation with the test programs, two at a
# time, and prints a table: kernel x test, with the instructions that its verifier walked through.
#   KERNEL    SERIES-ARCH[+preempt], as in 6.1-amd64; +preempt boots with preempt=full
#   SHORT=1   only the tests that tests.txt marks so
#   TESTS     other tests than those of tests.txt, separated by commas
#   ROUNDS    of what is counted; 2
#   ACCEPT=1  records the table in results.txt
# A test that fails is an error, and so is more than a tenth more instructions than were recorded.
set -u
here=$(dirname "$0")
cache=${KERNELS_CACHE:-$HOME/.cache/saker-kernels}
out=${O:-build}/kernels
export here cache out

# Every test that some kernel runs.
all_tests() {
	[ -z "${TESTS:-}" ] || { echo "$TESTS" | tr , ' '; return; }
	awk '!/^[#@]/ && NF { print $1 }' "$here/tests.txt"
}

# image MACHINE BUILD BUSYBOX: the programs as the first file system of a guest.
image() {
	root=$out/root-$1
	rm -rf "$root"
	mkdir -p "$root/bin" "$root/tests" "$root/etc" "$root/mnt"
	cp "$3" "$root/bin/busybox"
	cp "$here/init" "$root/init"
	cp "$2/saker" "$root/bin/saker"
	cp "$2/tests/lint/verify" "$root/tests/verify"
	cp "$2/tests/kernels/true" "$root/bin/true"
	# What a test needs beside it is compat_*.
	for t in $(all_tests) compat_prog compat_arm; do
		for f in "$2/tests/live/$t" "$2/tests/unit/$t"; do [ ! -x "$f" ] || cp "$f" "$root/tests/"; done
	done
	printf '#!/bin/sh\nexec saker doctor\n' > "$root/tests/doctor"
	for t in hotplug counted; do cp "$here/$t.sh" "$root/tests/$t"; done
	echo 'root:x:0:0:root:/:/bin/sh' > "$root/etc/passwd"
	chmod 755 "$root/init" "$root/tests"/*
	${STRIP:-strip} -s "$root/tests"/test_* "$root/tests/verify" "$root/bin/saker" 2> /dev/null
	(cd "$root" && find . | cpio -o -H newc --quiet) > "$out/initrd-$1"
}

mkdir -p "$out"
case " $* " in *-amd64*) image x86_64 "$out/x86_64" /bin/busybox ;; esac
case " $* " in *-arm64*) STRIP=aarch64-linux-gnu-strip image aarch64 "$out/aarch64" "$cache/aarch64/bin/busybox" ;; esac
printf '%s\n' "$@" | xargs -P2 -n1 sh "$here/guest.sh"
python3 "$here/table.py" "$here" "$out" "$@"
