#!/bin/bash
# A cluster of two LXDs of a test's own, each in a network namespace of its own, with nothing between them but a cable.
#   lxd-cluster.sh up FOLDER      FOLDER/m1/unix.socket answers then, for both
#   lxd-cluster.sh kill FOLDER    the second member is gone from one moment to the next
#   lxd-cluster.sh down FOLDER    also after an "up" that was killed
set -eu
folder=$2
space() { echo "croft-$(basename "$folder")-$1"; }
start() { # MEMBER
    mkdir -p "$folder/$1" "$folder/cgroup"
    # A sysfs of its own network, with the cgroups of the host.
    LXD_DIR=$folder/$1 setsid nsenter --net="/run/netns/$(space "$1")" unshare -m --propagation slave bash -c '
        mount --rbind /sys/fs/cgroup "$0/cgroup"
        mount -t sysfs sysfs /sys
        mount --rbind "$0/cgroup" /sys/fs/cgroup
        exec lxd --group root --logfile="$LXD_DIR.log"' "$folder" </dev/null >"$folder/$1.out" 2>&1 &
    echo $! >"$folder/$1.pid"
    LXD_DIR=$folder/$1 lxd waitready --timeout=60
}
case $1 in
    up)
        # Those of test processes that were killed: a folder ends with the number of its process.
        for old in "${folder%-*}"-[0-9]*[0-9]; do
            [ ! -d "$old" ] || [ -d "/proc/${old##*-}" ] || bash "$0" down "$old"
        done
        mkdir -p "$folder"
        if ! [ -e /var/lib/lxcfs/proc ]; then
            mkdir -p /var/lib/lxcfs
            setsid lxcfs /var/lib/lxcfs </dev/null >"$folder/lxcfs" 2>&1 &
            echo $! >"$folder/lxcfs.pid"
        fi
        for m in m1 m2; do ip netns add "$(space $m)"; done
        ip link add cable netns "$(space m1)" type veth peer name cable netns "$(space m2)"
        for n in 1 2; do
            ip -n "$(space m$n)" address add 10.78.0.$n/24 dev cable
            for device in lo cable; do ip -n "$(space m$n)" link set $device up; done
        done
        start m1
        LXD_DIR=$folder/m1 lxd init --preseed <<END
config: { core.https_address: "10.78.0.1:8443" }
storage_pools: [ { name: default, driver: btrfs, config: { size: 2GiB } } ]
profiles: [ { name: default, devices: { root: { type: disk, path: /, pool: default } } } ]
cluster: { server_name: m1, enabled: true }
END
        token=$(LXD_DIR=$folder/m1 lxc cluster add m2 | tail -n 1)
        start m2
        # It asks the first member for its certificate itself.
        LXD_DIR=$folder/m2 nsenter --net="/run/netns/$(space m2)" lxd init --preseed <<END
cluster:
  enabled: true
  server_name: m2
  server_address: "10.78.0.2:8443"
  cluster_token: "$token"
  member_config: [ { entity: storage-pool, name: default, key: size, value: 2GiB }, { entity: storage-pool, name: default, key: source, value: "" } ]
END
        LXD_DIR=$folder/m1 lxc config set cluster.offline_threshold 11 2>/dev/null || :
        ;;
    kill)
        kill -9 "$(cat "$folder/m2.pid")"
        ;;
    down)
        for m in m1 m2; do
            [ ! -e "$folder/$m.pid" ] || kill -9 "$(cat "$folder/$m.pid")" 2>/dev/null || :
            for pid in $(ip netns pids "$(space $m)" 2>/dev/null); do kill -9 "$pid" 2>/dev/null || :; done
            ip netns delete "$(space $m)" 2>/dev/null || :
        done
        [ ! -e "$folder/lxcfs.pid" ] || kill "$(cat "$folder/lxcfs.pid")" 2>/dev/null || :
        sleep 1
        awk -v at="$folder/" 'index($2, at) == 1 { print $2 }' /proc/self/mounts | sort -r | while read -r mount; do umount -l "$mount" || :; done
        rm -rf "$folder"
        ;;
esac
