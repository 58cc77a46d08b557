#!/bin/sh
# guest.sh KERNEL: for run.sh. Boots one kernel, and leaves what it said in KERNEL.log and what came of
# it in KERNEL.results: lines "release RELEASE", "verified PROGRAM INSTRUCTIONS", "test NAME ok" or
# "test NAME FAIL REASON".
set -u
kernel=$1 here=${here:?} out=${out:?} cache=${cache:?}
log=$out/$kernel.log

# chosen ALONE: of the tests that are for this kernel those that are `alone` (1) or those that are not (0).
chosen() {
	awk -v kernel="$kernel" -v short="${SHORT:-}" -v only="${TESTS:-}" -v alone="$1" '
		function take(name) { printf "%s%s", taken++ ? "," : "", name }
		BEGIN { count = split(only, names, ","); for (i = 1; i <= count; i++) wanted[names[i]] = 1 }
		$1 == "@" && kernel ~ "^" $2 "$" { for (i = 3; i <= NF && $i != ":"; i++) these[$i] = few = 1 }
		/^[#@]/ || !NF { next }
		{ skip = short != "" && $2 != "short"; is_alone = 0
		  for (i = 2; i <= NF && $i != ":"; i++) {
			if ($i == "alone") is_alone = 1
			if (kernel ~ "^" $i "$") skip = 1
		  }
		  skip = skip || few && !($1 in these)
		  if (only != "") { skip = !($1 in wanted); delete wanted[$1] }
		  if (!skip && is_alone == alone) take($1) }
		END { if (!alone) for (name in wanted) take(name) }' "$here/tests.txt"
}

# boot HOW TESTS, HOW being how the emulated CPUs run. Without cx16: the emulation of cmpxchg16b
# breaks the allocator of older guests. Newer ones allocate nothing for storage of tasks without it
# (mm/slub.c, kmalloc_nolock).
boot() {
	image=${kernel%+*} append="panic=-1 quiet saker.tests=$2 ROUNDS=${ROUNDS:-2}" cpu=max,-cx16
	case $kernel in *+preempt) append="$append preempt=full" ;; esac
	case $kernel in 7.*) cpu=max ;; esac
	common="-accel tcg,thread=$1 -m 2048 -smp 2 -nographic -nodefaults -serial stdio -no-reboot -kernel $cache/vmlinuz-$image"
	case $image in
	*-amd64) timeout 3600 qemu-system-x86_64 -cpu $cpu $common -initrd "$out/initrd-x86_64" -append "console=ttyS0 $append" ;;
	*-arm64) timeout 3600 qemu-system-aarch64 -machine virt -cpu max,pauth-impdef=on $common -initrd "$out/initrd-aarch64" -append "console=ttyAMA0 $append" ;;
	esac < /dev/null | stdbuf -oL tr -d '\r' >> "$log" 2>&1
}

: > "$log"
together=$(chosen 0) alone=$(chosen 1)
# Two threads of the emulator run code that the guest is changing (hooks that come and go, the switches
# of a kernel that starts): one can meet a trap that is long gone, which stops the kernel. What must end
# every time therefore runs in one thread; so do kernels that change themselves most.
together_in=multi
case ${SHORT:+short}$kernel in short* | 7.*) together_in=single ;; esac
[ -z "$together" ] || boot $together_in "$together"
[ -z "$alone" ] || boot single "$alone"
{
	sed -n 's/.*@ kernel \([^ ]*\).*/release \1/p' "$log" | head -1
	awk '/^[a-z_0-9]+ [0-9]+$/ { print "verified", $1, $2 }' "$log"
	for t in $(echo "$together,$alone" | tr , ' '); do
		result=$(sed -n "s/^@ $t \([0-9]*\) \([0-9]*\)/\1 \2/p" "$log")
		case $result in
		0\ *) echo "test $t ok" ;;
		*) echo "test $t FAIL ${result:-did not end}" ;;
		esac
	done
	# What the kernel itself complained about.
	sed -n 's/^# /test kernel FAIL /p' "$log" | head -1
} > "$out/$kernel.results"
echo "$kernel: $(grep -c ' ok$' "$out/$kernel.results") ok$(sed -n 's/^test \([^ ]*\) FAIL \(.*\)/, \1 FAILED (\2)/p' "$out/$kernel.results" | tr -d '\n')"
if grep -q FAIL "$out/$kernel.results"; then
	grep -E '^# |:[EF]:|FAIL' "$log" | cut -c1-300
	echo "the whole of it is in $log"
fi
