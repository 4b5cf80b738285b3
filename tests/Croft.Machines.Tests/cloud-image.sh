#!/bin/sh
# Makes an image laid out as Debian's own cloud images are: cloud-image.sh OUT.qcow2 SUITE NETPLAN|ifupdown|NetworkManager [PACKAGE…]
# GPT with a BIOS boot partition, an ESP and an ext4 root; GRUB by either firmware; stock cloud-init; no agent, no host keys. Needs root.
set -eu
out=$1 suite=$2 network=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $network in
  netplan) cards=netplan.io,systemd-resolved ;;
  ifupdown) cards=ifupdown,isc-dhcp-client,bridge-utils ;;
  NetworkManager) cards=network-manager ;;
esac
include=linux-image-cloud-amd64,initramfs-tools,systemd-sysv,dbus,udev,cloud-init,cloud-guest-utils,openssh-server,sudo,iproute2
include=$include,e2fsprogs,ca-certificates,netbase,locales,grub-pc-bin,grub-efi-amd64-bin,python3,$cards
for package; do include=$include,$package; done
apt-get indextargets --no-release-info --format '$(REPO_URI) $(COMPONENT) $(RELEASE)' 'Created-By: Packages' |
  awk '$2 == "main" && $1 ~ /\/debian\/?$/ { print $1; exit }' >"$work/mirror"
read -r mirror <"$work/mirror"
printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" "$suite" >"$work/sources.list"
apt-config dump | grep -E '^Acquire::(Check-Valid-Until|Check-Date) "false"|^Acquire::https?::[Pp]roxy ' >"$work/options" || :
cat >"$work/grub.cfg" <<'END'
insmod part_gpt
insmod ext2
search --no-floppy --label --set=root cloudroot
linux /vmlinuz root=LABEL=cloudroot ro console=tty0 console=ttyS0,115200
initrd /initrd.img
boot
END
cat >"$work/finish" <<'END'
set -eu
root=$1 work=$2 network=$3
printf 'LABEL=cloudroot / ext4 rw,discard,errors=remount-ro 0 1\n' >"$root/etc/fstab"
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/hostname" "$root/etc/resolv.conf"
: >"$root/etc/machine-id"
printf 'locale: C.UTF-8\n' >"$root/etc/cloud/cloud.cfg.d/01_locale.cfg" # the one that is there
case $network in
  netplan)
    ln -s ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
    chroot "$root" systemctl -q enable systemd-networkd systemd-resolved ;;
  ifupdown) printf 'auto lo\niface lo inet loopback\nsource /etc/network/interfaces.d/*\n' >"$root/etc/network/interfaces" ;;
esac
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb
cp "$work/grub.cfg" "$root/tmp/grub.cfg"
modules="part_gpt ext2 fat normal linux search search_label configfile serial"
chroot "$root" grub-mkimage -O i386-pc -o /tmp/core.img -p / -c /tmp/grub.cfg biosdisk $modules
chroot "$root" grub-mkimage -O x86_64-efi -o /tmp/bootx64.efi -p / -c /tmp/grub.cfg efi_gop $modules
cp "$root/usr/lib/grub/i386-pc/boot.img" "$root/tmp/core.img" "$root/tmp/bootx64.efi" "$work/"
rm -f "$root/tmp/grub.cfg" "$root/tmp/core.img" "$root/tmp/bootx64.efi" # what else is there has mmdebstrap's apt leave the host alone
truncate -s 2G "$work/root"
mkdir "$work/view"
mount --bind "$root" "$work/view" # without what is mounted in it
mke2fs -q -t ext4 -L cloudroot -d "$work/view" "$work/root"
umount "$work/view"
END
mmdebstrap --mode=root --variant=minbase --format=null --include="$include" \
  --skip=check/qemu --aptopt='APT::Install-Recommends "false"' --aptopt="$work/options" \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook="sh $work/finish \"\$1\" $work $network" "$suite" - "$work/sources.list"
disk=$work/disk
truncate -s 3G "$disk"
sfdisk -q "$disk" <<'END'
label: gpt
unit: sectors
start=2048, size=6144, type=21686148-6449-6E6F-744E-656564454649
start=8192, size=131072, type=U
start=262144, type=L
END
# GRUB's installer wants devices; what it does on a BIOS boot partition is this: the first sector knows where the second stage is, and
# that one's first sector where its rest is.
number() { # number VALUE BYTES: little-endian
  left=$1
  for _ in $(seq "$2"); do
    printf "\\$(printf %03o $((left % 256)))"
    left=$((left / 256))
  done
}
dd if="$work/boot.img" of="$disk" bs=440 count=1 conv=notrunc status=none
number 2048 8 | dd of="$disk" bs=1 seek=92 conv=notrunc status=none
dd if="$work/core.img" of="$disk" bs=512 seek=2048 conv=notrunc status=none
number 2049 8 | dd of="$disk" bs=1 seek=$((2048 * 512 + 500)) conv=notrunc status=none
number $((($(stat -c %s "$work/core.img") + 511) / 512 - 1)) 2 | dd of="$disk" bs=1 seek=$((2048 * 512 + 508)) conv=notrunc status=none
truncate -s 64M "$work/esp"
mkfs.vfat -n ESP "$work/esp" >/dev/null
mmd -i "$work/esp" ::/EFI ::/EFI/BOOT
mcopy -i "$work/esp" "$work/bootx64.efi" ::/EFI/BOOT/BOOTX64.EFI
dd if="$work/esp" of="$disk" bs=1M seek=4 conv=notrunc,sparse status=none
dd if="$work/root" of="$disk" bs=1M seek=128 conv=notrunc,sparse status=none
qemu-img convert -c -o compression_type=zstd -O qcow2 "$disk" "$out"
