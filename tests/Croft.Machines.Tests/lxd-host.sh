#!/bin/bash
# An LXD of a test's own on this machine: its folder, socket and pool in FOLDER, nothing of it elsewhere but what Croft makes there.
#   lxd-host.sh up FOLDER     FOLDER/unix.socket answers then
#   lxd-host.sh down FOLDER   also after an "up" that was killed
set -eu
export LXD_DIR=$2

# Takes back the firewall rules of Croft's networks whose bridge is gone: an LXD that is killed leaves them. It has written them by iptables or by nft.
forget_rules() {
    local own='
        BEGIN { while (("ls /sys/class/net" | getline device) > 0) there[device] = 1 }
        function is_gone(name) { return (name ~ /^croft/ || length(name) == 14 && name ~ /^cr[0-9a-f]+$/) && !(name in there) }'
    local tables
    for tables in iptables ip6tables; do
        "$tables-save" 2>/dev/null | awk "$own"'
            /^[*]/ { table = $0 }
            match($0, /generated for LXD network [^" ]+/) && is_gone(substr($0, RSTART + 26, RLENGTH - 26)) {
                sub(/^-A/, "-D")
                print table "\n" $0 "\nCOMMIT"
            }' | "$tables-restore" --noflush 2>/dev/null || :
    done
    nft list table inet lxd 2>/dev/null | awk "$own"'
        $1 == "chain" { name = $2; sub(/^[a-z]+[.]/, "", name); if (is_gone(name)) print "delete chain inet lxd " $2 }' | nft -f - 2>/dev/null || :
}

case $1 in
    up)
        # Those of test processes that were killed: a folder ends with the number of its process.
        for old in "${LXD_DIR%-*}"-[0-9]*[0-9]; do
            [ ! -d "$old" ] || [ -d "/proc/${old##*-}" ] || bash "$0" down "$old"
        done
        forget_rules
        mkdir -p "$LXD_DIR"
        if ! [ -e /var/lib/lxcfs/proc ]; then
            mkdir -p /var/lib/lxcfs
            setsid lxcfs /var/lib/lxcfs </dev/null >"$LXD_DIR.lxcfs" 2>&1 &
            echo $! >"$LXD_DIR.lxcfs.pid"
        fi
        setsid lxd --group root --logfile="$LXD_DIR.log" </dev/null >"$LXD_DIR.out" 2>&1 &
        echo $! >"$LXD_DIR.pid"
        lxd waitready --timeout=60
        # Where the kernel has btrfs, copies are instant; else every copy is one of files.
        lxc storage create default btrfs size=3GiB >"$LXD_DIR.storage" 2>&1 || lxc storage create default dir
        lxc profile device add default root disk path=/ pool=default >/dev/null
        ;;
    down)
        for instance in $(lxc list -c n -f csv 2>/dev/null); do lxc delete -f "$instance" || :; done
        for network in $(lxc network list -f csv 2>/dev/null | sed -n 's/,bridge,YES.*//p'); do lxc network delete "$network" || :; done
        for image in $(lxc image list -c f -f csv 2>/dev/null); do lxc image delete "$image" || :; done
        lxc profile device remove default root >/dev/null 2>&1 || :
        lxc storage delete default >/dev/null 2>&1 || :
        lxd shutdown --timeout=20 2>/dev/null || :
        for pid in "$LXD_DIR".pid "$LXD_DIR".lxcfs.pid; do [ ! -e "$pid" ] || kill "$(cat "$pid")" 2>/dev/null || :; done
        [ ! -e "$LXD_DIR".lxcfs.pid ] || umount /var/lib/lxcfs 2>/dev/null || : # else it is somebody else's
        awk -v at="$LXD_DIR/" 'index($2, at) == 1 { print $2 }' /proc/self/mounts | sort -r | while read -r mount; do umount -l "$mount" || :; done
        for network in "$LXD_DIR"/networks/*; do # of an LXD that was killed
            pid=$(sed -n 's/^pid: //p' "$network/dnsmasq.pid" 2>/dev/null) || continue
            ! grep -qs dnsmasq "/proc/$pid/comm" || kill "$pid" || :
            ip link delete "${network##*/}" 2>/dev/null || :
        done
        forget_rules
        rm -rf "$LXD_DIR" "$LXD_DIR".*
        ;;
esac
