#!/bin/bash
# An LXD or Incus of a test's own on this machine: its folder, socket and pool in FOLDER, nothing of it elsewhere but what Croft makes there.
#   lxd-host.sh up FOLDER [ROOT]   FOLDER/unix.socket answers then; with ROOT it is the Incus of that system, which incus-root.sh makes
#   lxd-host.sh users FOLDER       FOLDER/unix.socket.user gives each user a project of an Incus that has a network
#   lxd-host.sh down FOLDER        also after an "up" that was killed
# One that a test process started (a folder ends with its number) goes with that process.
set -eu
action=$1 folder=$2
[ $# -lt 3 ] || echo "$3" >"$folder.root"
root=$(cat "$folder.root" 2>/dev/null || :)
export LXD_DIR=$folder INCUS_DIR=$folder INCUS_CONF=$folder.client

client() { if [ -n "$root" ]; then "$root/usr/bin/incus" "$@"; else lxc "$@"; fi; }
admin() { if [ -n "$root" ]; then client admin "$@"; else lxd "$@"; fi; }

# Takes back the firewall rules of Croft's networks whose bridge is gone: a service that is killed leaves them. It has written them by iptables or by nft.
forget_rules() {
    local own='
        BEGIN { while (("ls /sys/class/net" | getline device) > 0) there[device] = 1 }
        function is_gone(name) { return (name ~ /^croft/ || length(name) == 14 && name ~ /^cr[0-9a-f]+$/) && !(name in there) }'
    local tables
    for tables in iptables ip6tables; do
        "$tables-save" 2>/dev/null | awk "$own"'
            /^[*]/ { table = $0 }
            match($0, /generated for (LXD|Incus) network [^" ]+/) {
                split(substr($0, RSTART, RLENGTH), words, " ")
                if (!is_gone(words[5])) next
                sub(/^-A/, "-D")
                print table "\n" $0 "\nCOMMIT"
            }' | "$tables-restore" --noflush 2>/dev/null || :
    done
    for tables in lxd incus; do
        nft list table inet $tables 2>/dev/null | awk -v table=$tables "$own"'
            $1 == "chain" { name = $2; sub(/^[a-z]+[.]/, "", name); if (is_gone(name)) print "delete chain inet " table " " $2 }' |
            nft -f - 2>/dev/null || :
        nft list table inet $tables 2>/dev/null | grep -q chain || nft delete table inet $tables 2>/dev/null || :
    done
}

# Runs as the first process of its namespace: with it all ends that it started, and what it mounted is nobody else's.
incus_inside() {
    mount --bind "$root" "$root"
    mount --rbind /dev "$root/dev"
    mount --rbind /sys "$root/sys"
    mount -t proc proc "$root/proc"
    for place in run tmp; do mount -t tmpfs tmpfs "$root/$place"; done
    mkdir -p "$root/$folder"
    mount --rbind "$folder" "$root/$folder"
    cd "$root"
    pivot_root . mnt
    umount -l /mnt
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    lxcfs /var/lib/lxcfs &
    /usr/libexec/incus/incusd --group root --logfile="$folder/log" &
    wait
}

start() {
    if [ -n "$root" ]; then
        setsid unshare --mount --pid --fork --kill-child --propagation private bash "$0" inside "$folder" </dev/null >"$folder.out" 2>&1 &
    else
        if ! [ -e /var/lib/lxcfs/proc ]; then
            mkdir -p /var/lib/lxcfs
            setsid lxcfs /var/lib/lxcfs </dev/null >"$folder.lxcfs" 2>&1 &
            echo $! >"$folder.lxcfs.pid"
        fi
        setsid lxd --group root --logfile="$folder.log" </dev/null >"$folder.out" 2>&1 &
    fi
    echo $! >"$folder.pid"
    admin waitready --timeout=60
}

# Nobody takes down what a test process made that is killed.
end_with() { # PID
    # shellcheck disable=SC2016 # of the inner one
    setsid bash -c 'tail --pid="$1" -f /dev/null; [ ! -d "$2" ] || exec bash "$0" down "$2"' "$0" "$1" "$folder" </dev/null >/dev/null 2>&1 &
}

case $action in
    inside) incus_inside ;;
    up)
        # Those of test processes that were killed before.
        for old in "${folder%-*}"-[0-9]*[0-9]; do
            [ ! -d "$old" ] || [ -d "/proc/${old##*-}" ] || bash "$0" down "$old"
        done
        forget_rules
        mkdir -p "$folder"
        case ${folder##*-} in *[!0-9]*) ;; *) end_with "${folder##*-}" ;; esac
        start
        # Where the kernel has btrfs, copies are instant; else every copy is one of files.
        client storage create default btrfs size=3GiB >"$folder.storage" 2>&1 || client storage create default dir
        client profile device add default root disk path=/ pool=default >/dev/null
        ;;
    users)
        inside=$(cat "/proc/$(cat "$folder".pid)/task/"*/children)
        # shellcheck disable=SC2086 # a number and a space
        setsid nsenter -m -p -r -w -t $inside /usr/libexec/incus/incus-user --group root </dev/null >>"$folder.out" 2>&1 &
        for _ in $(seq 100); do [ -e "$folder/unix.socket.user" ] || sleep 0.1; done
        ;;
    down)
        for instance in $(client list -c n -f csv 2>/dev/null); do client delete -f "$instance" || :; done
        for network in $(client network list -f csv 2>/dev/null | sed -n 's/,bridge,YES.*//p'); do client network delete "$network" || :; done
        for image in $(client image list -c f -f csv 2>/dev/null); do client image delete "$image" || :; done
        client profile device remove default root >/dev/null 2>&1 || :
        client storage delete default >/dev/null 2>&1 || :
        admin shutdown --timeout=20 2>/dev/null || :
        # What is in a namespace of its own ends with that, which asking does not end.
        for pid in "$folder".pid "$folder".lxcfs.pid; do [ ! -e "$pid" ] || kill ${root:+-KILL} "$(cat "$pid")" 2>/dev/null || :; done
        [ ! -e "$folder".lxcfs.pid ] || umount /var/lib/lxcfs 2>/dev/null || : # else it is somebody else's
        awk -v at="$folder/" 'index($2, at) == 1 { print $2 }' /proc/self/mounts | sort -r | while read -r mount; do umount -l "$mount" || :; done
        for network in "$folder"/networks/*; do # of a service that was killed
            pid=$(sed -n 's/^pid: //p' "$network/dnsmasq.pid" 2>/dev/null) || :
            [ -n "$root" ] || [ -z "$pid" ] || ! grep -qs dnsmasq "/proc/$pid/comm" || kill "$pid" || :
            ip link delete "${network##*/}" 2>/dev/null || :
        done
        forget_rules
        rm -rf "$folder" "$folder".*
        ;;
esac
