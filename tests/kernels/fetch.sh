#!/bin/sh
# fetch.sh kernels KERNEL... | libraries MACHINE: fetches Debian's kernels, or the libraries for a
# cross build, into $KERNELS_CACHE with apt in a root of its own: neither the packages nor the sources
# of this machine change. The mirror is this machine's; only the suites are others. What is there
# already is not fetched again.
#   $KERNELS_CACHE/vmlinuz-6.1-amd64   $KERNELS_CACHE/aarch64/usr/{include,lib}
set -eu
cache=${KERNELS_CACHE:-$HOME/.cache/saker-kernels}
root=$cache/apt
libraries="libbpf-dev libelf-dev zlib1g-dev libncurses-dev libtinfo6 libyaml-dev libjson-c-dev libcap-ng-dev
	libpcre2-dev check libsubunit-dev libvterm-dev liburing-dev busybox-static"

mirror() {
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/debian.list; do
		[ -r "$f" ] && sed -n 's/^URIs: *//p; s/^deb \(\[[^]]*\] \)*\([^ ]*\) .*/\2/p' "$f"
	done | grep "$1" | head -1
}

apt_root() {
	main=$(mirror '/debian/*$')
	security=$(mirror 'debian-security/*$')
	[ -n "$main" ] || { echo "fetch: this machine's sources name no Debian mirror"; exit 1; }
	mkdir -p "$root/lists/partial" "$root/archives/partial"
	: > "$root/status"
	for suite in bookworm bookworm-backports bullseye trixie-backports; do
		echo "deb [arch=amd64,arm64] $main $suite main"
	done > "$root/sources.list"
	[ -z "$security" ] || for suite in bookworm-security bullseye-security; do
		echo "deb [arch=amd64,arm64] $security $suite main"
	done >> "$root/sources.list"
	cat > "$root/apt.conf" <<-END
		Dir::State "$root";
		Dir::State::lists "$root/lists";
		Dir::State::status "$root/status";
		Dir::Cache "$root";
		Dir::Etc::sourcelist "$root/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		APT::Architectures { "amd64"; "arm64"; };
		APT::Sandbox::User "root";
		Acquire::Languages "none";
	END
	export APT_CONFIG="$root/apt.conf"
	apt-get update -qq
}

# The newest cloud kernel of the series that the mirror has: an index can name what is gone.
kernel() {
	series=${1%-*} arch=${1##*-}
	for package in $(apt-cache pkgnames linux-binary-"$series" | grep -E "^linux-binary-${series}[.][0-9].*-cloud-$arch\$" | sort -rV) \
		$(apt-cache pkgnames linux-image-"$series" | grep -E "^linux-image-${series}[.][0-9].*-cloud-$arch\$" | sort -rV); do
		rm -f "$root"/*.deb
		(cd "$root" && apt-get download -qq "$package:$arch" 2> /dev/null) || continue
		for path in $(dpkg-deb -c "$root"/*.deb | sed -n 's,.* \(\./.*vmlinuz[^ /]*\)$,\1,p'); do
			dpkg-deb --fsys-tarfile "$root"/*.deb | tar -xO "$path" > "$cache/vmlinuz-$1.part"
			mv "$cache/vmlinuz-$1.part" "$cache/vmlinuz-$1"
			echo "fetched $package"
			rm -f "$root"/*.deb
			return 0
		done
	done
	echo "fetch: no kernel $1 on this mirror"
	return 1
}

case $1 in
kernels)
	shift
	missing=
	for k in "$@"; do [ -s "$cache/vmlinuz-$k" ] || missing="$missing $k"; done
	[ -n "$missing" ] || exit 0
	apt_root
	for k in $missing; do kernel "$k"; done
	;;
libraries)
	[ ! -e "$cache/$2/complete" ] || exit 0
	apt_root
	rm -f "$root"/*.deb
	echo "$libraries" | tr -s ' \t\n' '\n' | sed '/./s/$/:arm64/' | (cd "$root" && xargs apt-get download -qq)
	for deb in "$root"/*.deb; do dpkg-deb -x "$deb" "$cache/$2"; done
	rm -f "$root"/*.deb
	touch "$cache/$2/complete"
	;;
esac
