# shellcheck shell=sh disable=SC2034,SC2154 # read by finish.sh: root, in, put, size, container
# The micro flavour: busybox is PID 1, a shell script brings the guest up.
put 755 micro/rc /usr/lib/croft/rc
put 644 micro/seed /usr/lib/croft/seed
put 644 micro/seed.awk /usr/lib/croft/seed.awk
put 755 micro/lease /usr/lib/croft/lease
[ "$container" ] || put 755 micro/agent /usr/lib/croft/agent
put 755 micro/down /usr/lib/croft/down
put 755 micro/shutdown /usr/lib/croft/shutdown
put 755 micro/button /etc/acpi/PWRF/00000080
put 644 micro/inittab /etc/inittab
put 644 micro/fstab /etc/fstab
seed=/var/lib/croft/seed
if [ "$container" ]; then
  # These are the host's matter; there is no agent; and nobody but this script knows that it is no machine.
  sed -i '/^sysfs\|^devpts/d' "$root/etc/fstab"
  sed -i '/agent/d' "$root/etc/inittab"
  : >"$root/usr/lib/croft/container"
fi
ln -sf /bin/busybox "$root/usr/lib/croft/init"
# A package that brings systemd as a dependency must not replace these: the guest would no longer come up or go down.
for name in init shutdown poweroff reboot halt; do
  for folder in /sbin /usr/sbin; do
    chroot "$root" dpkg-divert --quiet --local --no-rename --divert "$folder/$name.distrib" --add "$folder/$name"
  done
  ln -sf /usr/lib/croft/shutdown "$root/sbin/$name"
done
ln -sf /bin/busybox "$root/sbin/init"
: >"$root/etc/resolv.conf"
mkdir -p "$root/var/lib/croft"
install -d -m 700 -o 0 -g 0 "$root/root/.ssh"
echo $((size * 2097152)) >"$root/var/lib/croft/grown" # sectors
cat "$in/micro/sshd.conf" >>"$root/etc/ssh/sshd_config.d/croft.conf"
