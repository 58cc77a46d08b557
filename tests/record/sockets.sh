# Sockets on loopback: a server, a client that talks to it, one that finds nobody.
busybox nc -l -p 7321 < load.sh > got &
server=$!
busybox sleep 0.3
busybox nc 127.0.0.1 7321 < /dev/null > sent
wait $server
busybox nc 127.0.0.1 7322 < /dev/null
busybox nc ::1 7322 < /dev/null
rm got sent
