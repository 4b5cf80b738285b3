#!/bin/bash
# A real libvirt host on this machine: own network, mounts, processes and host name; libvirtd on tcp and tls, sshd; at 10.99.N.2.
#   libvirt-host.sh up FOLDER N      FOLDER/id logs in by ssh, FOLDER/pki holds what a TLS client needs, FOLDER/N is the host's own
#   libvirt-host.sh signal N STOP    to its libvirtd
#   libvirt-host.sh freeze N         all that runs there stands still; "thaw" lets it go on
#   libvirt-host.sh cut N            nobody reaches it; "mend" plugs the cable in again
#   libvirt-host.sh kill N           all that runs there is gone; "revive FOLDER N" starts it as after a power cut
#   libvirt-host.sh down N           also after an "up" that was killed
set -eu

# everything N SIGNAL
everything() {
    # shellcheck disable=SC2046 # one pid a line
    kill "-$2" $(ip netns pids "croft$1" 2>/dev/null) 2>/dev/null || :
}

down() {
    for _ in 1 2 3; do everything "$1" KILL; done
    ip netns del "croft$1" 2>/dev/null || :
    ip link del "croft$1" 2>/dev/null || :
}

# key_and_certificate KEY CERTIFICATE NAME EXTENSIONS
key_and_certificate() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$3" -keyout "$1" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA "$pki/cacert.pem" -CAkey "$pki/ca.key" -set_serial "0x$(openssl rand -hex 16)" -days 30 -extfile <(printf '%b\n' "$4") -out "$2"
}

make_keys() {
    mkdir -p "$pki"
    ssh-keygen -q -t ed25519 -N '' -f "$folder/id"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=ca -keyout "$pki/ca.key" -out "$pki/cacert.pem"
    key_and_certificate "$pki/clientkey.pem" "$pki/clientcert.pem" client extendedKeyUsage=clientAuth
}

write_configuration() {
    mkdir -p "$own"/{etc/qemu/networks/autostart,run,lib,log,cache,dev}
    [ ! -d /etc/libvirt/nwfilter ] || cp -r /etc/libvirt/nwfilter "$own/etc/"
    ssh-keygen -q -t ed25519 -N '' -f "$own/host_key"
    key_and_certificate "$own/key.pem" "$own/cert.pem" "$address" "subjectAltName=IP:$address\nextendedKeyUsage=serverAuth"
    cat >"$own/etc/libvirtd.conf" <<X
listen_tls = 1
listen_tcp = 1
listen_addr = "$address"
auth_tcp = "none"
auth_unix_rw = "none"
host_uuid = "00000000-0000-4000-8000-$(printf %012d "$n")"
key_file = "$own/key.pem"
cert_file = "$own/cert.pem"
ca_file = "$pki/cacert.pem"
X
    cat >"$own/etc/qemu.conf" <<X
user = "root"
group = "root"
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
X
    cat >"$own/sshd_config" <<X
ListenAddress $address
HostKey $own/host_key
AuthorizedKeysFile $folder/id.pub
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PidFile none
X
    # A host name that is not known costs every start 10 s of DNS.
    printf '127.0.0.1 localhost\n%s croft%s\n' "$address" "$n" >"$own/hosts"
}

# Runs in the namespaces. bash stays process 1, since libvirtd does not reap the emulators that it tries.
inside() {
    mount --make-rprivate /
    mkdir -p /run/libvirt /run/sshd
    for place in etc run lib log cache; do
        case $place in etc | run) target=/$place/libvirt ;; *) target=/var/$place/libvirt ;; esac
        mount --bind "$own/$place" "$target"
    done
    mount --bind "$own/hosts" /etc/hosts
    # A /dev without kvm: what these hosts offer is the same everywhere.
    mount -t tmpfs -o mode=755 dev "$own/dev"
    mkdir "$own"/dev/{pts,shm,net}
    for device in null zero full random urandom tty ptmx net/tun; do cp -a "/dev/$device" "$own/dev/$device"; done
    for place in pts shm; do mount --rbind "/dev/$place" "$own/dev/$place"; done
    ln -s /proc/self/fd "$own/dev/fd"
    mount --move "$own/dev" /dev
    hostname "croft$n"
    echo 1 >/proc/sys/net/ipv4/ip_forward
    /usr/sbin/sshd -f "$own/sshd_config"
    libvirtd --listen -p "$own/libvirtd.pid" &
    wait
}

up() {
    down "$n"
    [ -e "$folder/id" ] || make_keys
    write_configuration
    ip netns add "croft$n"
    ip link add "croft$n" type veth peer name eth0 netns "croft$n"
    ip addr add "10.99.$n.1/24" dev "croft$n"
    ip link set "croft$n" up
    ip -n "croft$n" link set lo up
    ip -n "croft$n" addr add "$address/24" dev eth0
    ip -n "croft$n" link set eth0 up
    ip -n "croft$n" route add default via "10.99.$n.1"
    revive
}

revive() {
    setsid ip netns exec "croft$n" unshare --mount --uts --pid --fork --mount-proc bash "$0" inside "$folder" "$n" </dev/null >"$own/out.log" 2>&1 &
    for _ in $(seq 600); do
        virsh -q -c "qemu+tcp://$address/system" version >/dev/null 2>&1 && return
        sleep 0.1
    done
    cat "$own/out.log" >&2
    exit 1
}

case $1 in
    down) down "$2" ;;
    freeze) everything "$2" STOP ;;
    thaw) everything "$2" CONT ;;
    kill) everything "$2" KILL ;;
    cut) ip link set "croft$2" down ;;
    mend) ip link set "croft$2" up ;;
    signal) for pid in $(ip netns pids "croft$2"); do [ "$(cat "/proc/$pid/comm")" != libvirtd ] || kill "-$3" "$pid"; done ;;
    *)
        folder=$2 n=$3 own=$2/$3 pki=$2/pki address=10.99.$3.2
        "$1" ;;
esac
