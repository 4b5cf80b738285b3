# shellcheck shell=sh disable=SC2034,SC2154 # read by finish.sh: root, in, put, console, container
# The systemd flavour: a usual Debian with cloud-init, less what costs seconds of an emulated processor and serves no guest.
put 644 systemd/cloud.cfg /etc/cloud/cloud.cfg.d/99-croft.cfg
put 644 systemd/ds-identify.cfg /etc/cloud/ds-identify.cfg
put 644 systemd/croft-up.service /etc/systemd/system/croft-up.service
seed=/var/lib/cloud/seed/nocloud
if [ "$container" ]; then
  put 644 systemd/console.conf /etc/systemd/system/console-getty.service.d/croft.conf
else
  put 644 systemd/agent.conf /etc/systemd/system/qemu-guest-agent.service.d/croft.conf
  put 644 systemd/coldplug.conf /etc/systemd/system/systemd-udev-trigger.service.d/croft.conf
  put 644 systemd/console.conf "/etc/systemd/system/serial-getty@$console.service.d/croft.conf"
fi
put 644 systemd/online.conf /etc/systemd/system/systemd-networkd-wait-online.service.d/croft.conf
: >"$root/etc/fstab"
chroot "$root" systemctl --quiet enable croft-up.service systemd-networkd.service systemd-resolved.service
ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
chroot "$root" systemctl --quiet mask \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  systemd-pstore.service systemd-hwdb-update.service systemd-sysusers.service systemd-network-generator.service \
  systemd-update-utmp.service systemd-update-utmp-runlevel.service sys-kernel-debug.mount sys-kernel-tracing.mount \
  getty@tty1.service modprobe@drm.service modprobe@configfs.service modprobe@efi_pstore.service cloud-init-hotplugd.socket
# /usr is as old as these: nothing is to be done again at first boot.
touch "$root/etc/.updated" "$root/var/.updated"
