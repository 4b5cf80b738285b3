#!/bin/sh
# Croft put this here at first boot, as the machine has no guest agent. When the machine is forked, it takes from the hypervisor, by a
# virtual serial port that nobody else reaches, the script that tells the copy who it is. "install" has it started now and at each boot.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
name=org.croft.spare.0

if [ "${1:-}" = install ]; then
  ! command -v qemu-ga >/dev/null || exit 0
  modprobe -q virtio_console 2>/dev/null
  chmod 700 "$0"
  if [ -d /run/systemd/system ]; then
    units=/etc/systemd/system
    printf '[Unit]\nDescription=Wait for the identity of a fork\n[Service]\nExecStart=/bin/sh %s\nRestart=always\nRestartSec=5\n' "$0" >$units/croft-wait.service
    mkdir -p $units/multi-user.target.wants
    ln -sf ../croft-wait.service $units/multi-user.target.wants/croft-wait.service
    systemctl --no-block start croft-wait.service
  elif [ -x /sbin/openrc-run ]; then
    printf '#!/sbin/openrc-run\ncommand=/bin/sh\ncommand_args=%s\ncommand_background=true\npidfile=/run/croft-wait.pid\n' "$0" >/etc/init.d/croft-wait
    chmod 755 /etc/init.d/croft-wait
    rc-update -q add croft-wait default
    rc-service -q croft-wait start
  elif [ -f /etc/inittab ] && ! grep -q "$0" /etc/inittab; then
    case $(readlink -f /sbin/init) in */busybox) id= ;; *) id=cw ;; esac
    echo "$id:${id:+2345}:respawn:/bin/sh $0" >>/etc/inittab
    kill -HUP 1
  fi
  exit
fi

port() {
  for d in /sys/class/virtio-ports/*; do
    read -r n 2>/dev/null <"$d/name" && [ "$n" = $name ] && echo "/dev/${d##*/}"
  done
}

until p=$(port) && [ -c "$p" ]; do sleep 5; done
exec 3<>"$p"
while :; do
  IFS= read -r line <&3 || {
    sleep 2 # nobody is there
    continue
  }
  case $line in "croft-run "*) ;; *) continue ;; esac
  # shellcheck disable=SC2086 # its words: a number of its own, and how many lines follow
  set -- $line
  text='' left=$3
  while [ "$left" -gt 0 ]; do
    IFS= read -r line <&3 || continue 2 # half a script is none
    text="$text$line
"
    left=$((left - 1))
  done
  said=$(printf %s "$text" | sh 3>&- 2>&1)
  code=$?
  printf '%s\n' "$said" | while IFS= read -r line; do printf 'croft-said %s %s\n' "$2" "$line"; done >&3
  printf 'croft-end %s %s\n' "$2" "$code" >&3
done
