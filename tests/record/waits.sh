# What takes long: a lock that another holds, a pipe whose writer has nothing yet. Sleeps are no slow calls.
: > lock
flock lock sleep 0.15 &
sleep 0.03
flock lock true
cat missing
(sleep 0.04; echo late) | cat > out
wait
