#!/bin/sh
# idle.sh [RULES...]: boots a Debian with systemd, cron, rsyslog and sshd in a guest and lets it be, with
# saker's default rules and these files of rules on; then starts what its timers start in a day. Prints
# the hits, each with the seconds since the boot. Root, for debootstrap.
#   IDLE_SECONDS  that nobody does anything; 1200
#   MIRROR        of Debian; that of this machine
#   IDLE_CACHE    where the guest's disk is kept; KERNELS_CACHE/idle
set -eu
cache=${IDLE_CACHE:-${KERNELS_CACHE:-$HOME/.cache/saker-kernels}/idle}
saker=${O:-build}/kernels/x86_64/saker
seconds=${IDLE_SECONDS:-1200}
suite=bookworm
root=$cache/root
mirror=${MIRROR:-$(sed -n 's/^\(deb\|URIs:\) *\(\[[^]]*\] *\)*\([^ ]*debian\/*\)\( .*\)*$/\3/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null | head -1)}

# What a server has, and what its timers and cron.daily start.
packages=systemd-sysv,dbus,udev,cron,rsyslog,logrotate,openssh-server,man-db,e2fsprogs,locales,iproute2,kmod,linux-image-amd64
mkdir -p "$cache"
if [ ! -e "$root/etc/debian_version" ]; then
	rm -rf "$root"
	debootstrap --variant=minbase --include=$packages $suite "$root" "$mirror" > "$cache/debootstrap.log" 2>&1 ||
		{ echo "idle.sh: debootstrap: see $cache/debootstrap.log" >&2; exit 1; }
	chroot "$root" passwd -q -d root
fi
install -m 755 "$saker" "$root/usr/local/bin/saker"
mkdir -p "$root/etc/saker"
rm -f "$root/etc/saker"/*.yaml
options=
for rules in "$@"; do
	cp "$rules" "$root/etc/saker/"
	options="$options --rules /etc/saker/$(basename "$rules")"
done
cat > "$root/usr/local/bin/a-day" << 'END'
#!/bin/sh
# What happens on a host in a day when nobody is there.
cd /
for unit in systemd-tmpfiles-clean logrotate man-db apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all fstrim; do
	systemctl start $unit.service > /dev/null 2>&1
	echo "@ $unit $(cut -d' ' -f1 /proc/uptime)"
done
run-parts /etc/cron.hourly
run-parts /etc/cron.daily
echo "@ cron $(cut -d' ' -f1 /proc/uptime)"
sleep 20
END
cat > "$root/usr/local/bin/watch" << END
#!/bin/sh
exec > /dev/ttyS1 2>&1
stty -F /dev/ttyS1 raw
echo "@ begin \$(cut -d' ' -f1 /proc/uptime)"
/usr/local/bin/saker alerts $options &
saker=\$!
sleep $seconds
echo "@ a-day \$(cut -d' ' -f1 /proc/uptime)"
/usr/local/bin/a-day
echo "@ control, the one thing that is to be hit \$(cut -d' ' -f1 /proc/uptime)"
cat /etc/shadow > /dev/null
sleep 5
kill -INT \$saker
wait \$saker
echo "@ end \$(cut -d' ' -f1 /proc/uptime)"
sync
systemctl --force --force poweroff
END
chmod 755 "$root/usr/local/bin/watch" "$root/usr/local/bin/a-day"
cat > "$root/etc/systemd/system/watch.service" << 'END'
[Unit]
After=multi-user.target
[Service]
ExecStart=/usr/local/bin/watch
[Install]
WantedBy=graphical.target multi-user.target
END
ln -sf /etc/systemd/system/watch.service "$root/etc/systemd/system/multi-user.target.wants/watch.service"
echo '/dev/vda / ext4 defaults 0 1' > "$root/etc/fstab"
rm -f "$cache/disk"
truncate -s 3G "$cache/disk"
mkfs.ext4 -q -F -d "$root" "$cache/disk"
timeout $((seconds + 1800)) qemu-system-x86_64 -accel tcg,thread=multi -cpu max,-cx16 -m 2048 -smp 2 -nographic -nodefaults \
	-serial "file:$cache/console" -serial stdio -no-reboot -kernel "$root"/boot/vmlinuz-* -initrd "$root"/boot/initrd.img-* \
	-drive "file=$cache/disk,format=raw,if=virtio" -append "root=/dev/vda console=ttyS0 panic=-1 quiet" < /dev/null |
	tee "$cache/log"
