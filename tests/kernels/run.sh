#!/bin/sh
# run.sh KERNEL...: boots each kernel of the cache under emulation with the test programs, and prints
# and records a table: kernel x test, with the instructions that its verifier walked through.
#   KERNEL   SERIES-ARCH[+preempt], as in 6.1-amd64; +preempt boots with preempt=full
#   TESTS    other tests than those of tests.txt, separated by commas
# A test that fails on a kernel where tests.txt does not name a reason is an error.
set -u
here=$(dirname "$0")
cache=${KERNELS_CACHE:-$HOME/.cache/saker-kernels}
out=${O:-build}/kernels
mkdir -p "$out"
failed=0
# The environment of the tests, by way of the kernel's command line: fewer rounds of what is counted,
# more time for what must reach a number of records.
rounds="ROUNDS=2 STRESS_SECONDS=8"

# Every test that some kernel runs.
all_tests() {
	[ -z "${TESTS:-}" ] || { echo "$TESTS" | tr , ' '; return; }
	awk '!/^#/ && NF { print $1 }' "$here/tests.txt"
}

# image MACHINE BUILD BUSYBOX: the programs as the first file system of a guest.
image() {
	root=$out/root-$1
	rm -rf "$root"
	mkdir -p "$root/bin" "$root/tests" "$root/etc"
	cp "$3" "$root/bin/busybox"
	cp "$here/init" "$root/init"
	cp "$2/saker" "$root/bin/saker"
	cp "$2/tests/lint/verify" "$root/tests/verify"
	for t in $(all_tests); do [ ! -x "$2/tests/live/$t" ] || cp "$2/tests/live/$t" "$root/tests/"; done
	printf '#!/bin/sh\nexec saker doctor\n' > "$root/tests/doctor"
	cp "$here/hotplug.sh" "$root/tests/hotplug"
	echo 'root:x:0:0:root:/:/bin/sh' > "$root/etc/passwd"
	chmod 755 "$root/init" "$root/tests"/*
	${STRIP:-strip} -s "$root/tests"/test_* "$root/tests/verify" "$root/bin/saker" 2> /dev/null
	(cd "$root" && find . | cpio -o -H newc --quiet) > "$out/initrd-$1"
}

# Tests for a kernel, and the reasons why others are left out.
tests_of() {
	awk -v kernel="$1" '
		/^#/ || !NF { next }
		{ skip = 0; for (i = 2; i <= NF && $i != ":"; i++) if (kernel ~ "^" $i) skip = 1
		  if (!skip) printf "%s%s", n++ ? "," : "", $1 }' "$here/tests.txt"
}

# boot KERNEL TESTS. Without cx16: the emulation of cmpxchg16b breaks the allocator of older guests.
# Newer ones allocate nothing for storage of tasks without it (mm/slub.c, kmalloc_nolock).
boot() {
	image=${1%+*} append="panic=-1 quiet saker.tests=$2 $rounds" cpu=max,-cx16
	case $1 in *+preempt) append="$append preempt=full" ;; esac
	case $1 in 7.*) cpu=max ;; esac
	common="-accel tcg,thread=multi -m 1024 -smp 2 -nographic -nodefaults -serial stdio -no-reboot -kernel $cache/vmlinuz-$image"
	case $image in
	*-amd64) timeout 1500 qemu-system-x86_64 -cpu $cpu $common -initrd "$out/initrd-x86_64" -append "console=ttyS0 $append" ;;
	*-arm64) timeout 1500 qemu-system-aarch64 -machine virt -cpu max,pauth-impdef=on $common -initrd "$out/initrd-aarch64" -append "console=ttyAMA0 $append" ;;
	esac < /dev/null | stdbuf -oL tr -d '\r' > "$out/$1.log" 2>&1
}

case " $* " in *-amd64*) image x86_64 "$out/x86_64" /bin/busybox ;; esac
case " $* " in *-arm64*) STRIP=aarch64-linux-gnu-strip image aarch64 "$out/aarch64" "$cache/aarch64/bin/busybox" ;; esac

table=$out/table.txt
: > "$table"
for kernel in "$@"; do
	tests=${TESTS:-$(tests_of "$kernel")}
	boot "$kernel" "$tests"
	log=$out/$kernel.log
	insns=$(awk '/^[a-z_0-9]+ [0-9]+$/ { n++; sum += $2 } END { print n + 0 " programs " sum + 0 " instructions" }' "$log")
	echo "$kernel $(sed -n 's/^@ kernel \([^ ]*\).*/\1/p' "$log"): $insns" | tee -a "$table"
	for t in $(echo "$tests" | tr , ' '); do
		result=$(sed -n "s/^@ $t \([0-9]*\) \([0-9]*\)/\1 \2/p" "$log")
		case $result in
		0\ *) echo "  ok    $t ${result#* } s" ;;
		*) echo "  FAIL  $t ${result:-did not end}" ;;
		esac
	done > "$out/$kernel.results"
	tee -a "$table" < "$out/$kernel.results"
	if grep -q FAIL "$out/$kernel.results" || grep -q '^# ' "$log"; then
		failed=1
		grep -E '^# |:[EF]:' "$log" | cut -c1-300
		echo "  the whole of it is in $log"
	fi
done
exit $failed
