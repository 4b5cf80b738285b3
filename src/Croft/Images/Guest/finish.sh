#!/bin/sh
# The last step of build.sh: makes the image's files from an installed system. finish.sh ROOT SUITE ARCH FLAVOUR [CONTAINER]
# Runs as root of mmdebstrap's namespace, so that owners are right in every mode; reads ROOT/tmp/croft/in, writes ROOT/tmp/croft/out.
set -eu
root=$1 suite=$2 arch=$3 flavour=$4 container=${5:-}
in=$root/tmp/croft/in out=$root/tmp/croft/out work=$root/tmp/croft/work
mkdir -p "$out" "$work"
cd / # where the build was started may be closed to this namespace's root
[ "$container" ] || release=$(basename "$(echo "$root"/lib/modules/*)")

size=4 # GiB; a machine's disk may be larger, and its root file system then grows

case $arch in
  arm64 | armhf) console=ttyAMA0 ;;
  ppc64el) console=hvc0 ;;
  s390x) console=ttysclp0 ;;
  *) console=ttyS0 ;;
esac

[ ! "$container" ] || console=console

put() { # put MODE FILE TARGET: the console's name is the only thing that differs between architectures
  mkdir -p "$root$(dirname "$3")"
  sed "s/@CONSOLE@/$console/g" "$in/$2" >"$root$3"
  chown 0:0 "$root$3"
  chmod "$1" "$root$3"
}

# --- what both flavours share
put 644 sshd.conf /etc/ssh/sshd_config.d/croft.conf
sed -i 's/^root:[^:]*:/root:*:/' "$root/etc/shadow" # no password; "!" would lock the account for keys too
rm -f "$root"/etc/ssh/ssh_host_*
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id" "$root/etc/hostname" "$root/etc/resolv.conf" # the last two are copies of the builder's
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"
rm -f "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/*
rm -f "$root"/etc/apt/apt.conf.d/??mmdebstrap "$root"/etc/dpkg/dpkg.cfg.d/??mmdebstrap
put 644 debian.sources /etc/apt/sources.list.d/debian.sources
[ ! -s "$in/dates" ] || put 644 dates /etc/apt/apt.conf.d/99dates

# What mmdebstrap has in place so that nothing is started while packages are installed; it finds nothing left to undo.
rm -f "$root/usr/sbin/policy-rc.d"
[ ! -e "$root/sbin/start-stop-daemon.REAL" ] || mv "$root/sbin/start-stop-daemon.REAL" "$root/sbin/start-stop-daemon"

# --- the flavour
# shellcheck source=/dev/null
. "$in/$flavour/install.sh"

# --- the list of what is in it, then nothing of the build
# shellcheck disable=SC2016 # dpkg-query substitutes these
chroot "$root" dpkg-query -W -f='${Package} ${Version}\n' | LC_ALL=C sort >"$out/packages"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb "$root"/var/log/apt \
  "$root"/var/cache/ldconfig/aux-cache "$root"/var/cache/debconf/*-old "$root"/var/lib/dpkg/*-old "$root"/var/lib/systemd/random-seed
find "$root/var/log" -xdev -type f -exec rm -f {} +

if [ "$container" ]; then
  # shellcheck source=SCRIPTDIR/container.sh
  . "$in/container.sh"
  exit
fi

# --- kernel: vmlinuz is what UEFI and most loaders of QEMU take
image=$(echo "$root"/boot/vmlinu[xz]-"$release")
compression=gzip
grep -q '^CONFIG_RD_LZ4=y' "$root/boot/config-$release" && compression='lz4 -l -9'
kernel=vmlinuz
if [ "$arch" = amd64 ]; then
  # QEMU starts an uncompressed kernel through its PVH entry: no decompressor is emulated, which is half a second.
  # The boot header says where the payload lies; its last four bytes are the unpacked size, which most tools do not accept.
  number() { od -An -t "u$2" -j "$1" -N "$2" "$image" | tr -d ' '; }
  at=$((($(number 497 1) + 1) * 512 + $(number 584 4)))
  length=$(($(number 588 4)))
  case $(od -An -t x1 -j "$at" -N 4 "$image" | tr -d ' ') in
    02214c18) unpack='lz4 -dc' length=$((length - 4)) ;;
    28b52ffd) unpack='zstd -dc' length=$((length - 4)) ;;
    fd377a58) unpack='xz -dc --single-stream' ;;
    1f8b*) unpack='gzip -dc' ;;
    *) unpack=false ;;
  esac
  # gzip and xz grumble about the four bytes after the end and have written everything by then.
  tail -c "+$((at + 1))" "$image" | head -c "$length" | $unpack >"$out/vmlinux" 2>/dev/null || :
  if [ "$(head -c 4 "$out/vmlinux" | od -An -c | tr -d ' \n')" = '177ELF' ]; then
    kernel=vmlinux
  else
    rm -f "$out/vmlinux"
  fi
fi
cp "$image" "$out/vmlinuz"
rm -f "$root"/boot/*

# --- initramfs: busybox and the few drivers on the way to the root disk, the network and the agent
ram=$work/ram
modules=$ram/lib/modules/$release
mkdir -p "$ram/bin" "$ram/dev" "$ram/proc" "$ram/root" "$modules"
cp "$root/bin/busybox" "$ram/bin/busybox"
ln -s busybox "$ram/bin/sh"
install -m 755 "$in/initramfs-init" "$ram/init"
dep=$root/lib/modules/$release/modules.dep
: >"$modules/modules.dep"
want() { # want FILE: copies a module and its dependencies, unpacked, and keeps its line of modules.dep
  [ ! -e "$ram/lib/modules/$release/${1%.xz}" ] || return 0
  mkdir -p "$modules/$(dirname "$1")"
  case $1 in
    *.xz) xz -dc "$root/lib/modules/$release/$1" >"$modules/${1%.xz}" ;;
    *) cp "$root/lib/modules/$release/$1" "$modules/$1" ;;
  esac
  line=$(grep "^$1:" "$dep")
  echo "$line" | sed 's/\.ko\.xz/.ko/g' >>"$modules/modules.dep"
  for needed in ${line#*:}; do want "$needed"; done
}
# What is not there is built into this kernel, or is not for this architecture.
# shellcheck disable=SC2013 # words
for name in $(sed -n 's/^modules="\(.*\)"$/\1/p' "$in/initramfs-init"); do
  # Files are called with either sign, whatever the module is called.
  file=$(grep -E "(^|/)$(echo "$name" | sed 's/[-_]/[-_]/g')\.ko(\.xz)?:" "$dep" | head -n 1 | cut -d: -f1)
  [ -z "$file" ] || want "$file"
done
# No device node is needed: the kernel's built-in initramfs has /dev/console.
(cd "$ram" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | $compression >"$out/initrd"

# --- root file system, from a view of ROOT without what is mounted in it and without what belongs to no image
view=$work/view
mkdir "$view"
mount --bind "$root" "$view"
for folder in dev proc sys run; do mount -t tmpfs -o mode=755 none "$view/$folder"; done
mount -t tmpfs -o mode=1777 none "$view/tmp"
# A journal, because a destroyed guest must come up again; checksums of metadata cost an emulated processor more than they give;
# the file is new, so inode tables need no zeroing, by the guest least of all.
truncate -s "${size}G" "$work/root.raw"
mke2fs -q -t ext4 -L croft-root -J size=16 -m 0 -O ^metadata_csum \
  -E lazy_itable_init=1,lazy_journal_init=1,assume_storage_prezeroed=1,nodiscard,root_owner=0:0 -d "$view" "$work/root.raw"
umount "$view/tmp" "$view/run" "$view/sys" "$view/proc" "$view/dev" "$view"
# Compressed: a third of the bytes to bring to a hypervisor, and the guest boots as fast.
qemu-img convert -c -o compression_type=zstd -O qcow2 "$work/root.raw" "$out/root.qcow2"
rm -f "$work/root.raw"

# cryptomgr.notests: the kernel's tests of its own ciphers take a quarter of a second of an emulated processor.
cat >"$out/manifest.json" <<END
{
  "suite": "$suite",
  "arch": "$arch",
  "flavour": "$flavour",
  "release": "$release",
  "kernel": "$kernel",
  "efiKernel": "vmlinuz",
  "initrd": "initrd",
  "disk": "root.qcow2",
  "console": "$console",
  "arguments": "console=$console quiet net.ifnames=0 panic=-1 cryptomgr.notests"
}
END
