# Processes: a pipeline, a background process that is killed, a program that is not there, names.
echo text | busybox cat | busybox wc -c
busybox sleep 10 &
busybox kill -TERM $!
wait $!
(exec ./missing)
(exit 3)
cd / || exit
busybox nice busybox true
