#!/bin/bash
# A Debian with Incus in it, of Debian's backports, made once: nothing of it is installed on this machine.
#   incus-root.sh FOLDER   it is there then; exit code 75 where its packages cannot be fetched
set -eu
folder=$1
packages=incus-base,incus-client,lxcfs,btrfs-progs,dnsmasq-base,nftables,iproute2,rsync,squashfs-tools,xz-utils,zstd
mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9
[ ! -d "$folder" ] || exit 0
made=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$made"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$made"
archive=http://deb.debian.org/debian
mmdebstrap --mode=root --variant=apt --include=$packages bookworm "$made" \
    "deb $archive bookworm main" "deb $archive bookworm-backports main" 9>&- >"$folder.log" 2>&1 || {
    grep '^E:' "$folder.log" >&2 || tail -n 3 "$folder.log" >&2
    exit 75
}
mv -T "$made" "$folder"
