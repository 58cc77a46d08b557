# Two lives at once, each on a CPU of its own: they fork, execute, open, pipe and end.
if [ $# = 0 ]; then
	for cpu in 0 1; do
		busybox taskset -c $cpu busybox sh load.sh $cpu &
	done
	wait
	exit
fi
n=0
while [ $n -lt 3 ]; do
	busybox echo "$1 $n" > "file$1"
	busybox cat "file$1" | busybox wc -l > /dev/null
	(cd / && busybox stat "tmp/saker-record/file$1" > /dev/null)
	busybox rm "file$1" "missing$1" 2> /dev/null
	n=$((n + 1))
done
