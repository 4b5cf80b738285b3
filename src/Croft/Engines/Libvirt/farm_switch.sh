# A network of a farm without root: a switch, and on it the network's own address with DHCP and names, in a namespace of the user's.
# All parts are one process group, which ends as a whole as soon as one of them ends.
# farm_switch.sh FOLDER ADDRESS/PREFIX|- ADDRESS6/PREFIX|- OUT|-       with OUT, names that are not the network's are asked outside
set -u
umask 077
export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH"

# A program that is part of it. Switches end when their input does.
part() {
    sleep infinity | { "$@"; kill -s TERM -- "-$group"; } &
}

device() {
    tries=0
    until [ -e "/proc/self/net/dev_snmp6/$1" ] || ip link show "$1" >/dev/null 2>&1; do
        [ $((tries += 1)) -lt 100 ] || exit 1
        sleep 0.05
    done
}

if [ "$1" != inside ]; then
    cd "$1" || exit 1
    exec 9>>lock
    flock -n 9 || exit 0
    group=$$
    rm -rf net up dnsmasq.pid
    echo $$ >group
    # root's own files, and those of QEMU's user, are out of reach in a namespace of users
    user="--user --map-root-user"
    [ "$(id -u)" != 0 ] || user=
    # shellcheck disable=SC2086 # two words or none
    part unshare $user --net -- sh "$1/switch.sh" inside "$@"
    if [ "$4" = out ]; then
        until [ -S up/ctl ]; do sleep 0.05; done
        part slirpvde -s "$1/up"
    fi
    wait
    exit
fi

shift
group=$(cat group)
echo 0 >/proc/sys/net/ipv4/ip_forward
ip link set lo up
part vde_switch -s "$1/net" -m 600 --dirmode 700 -n 1024 -t net0
device net0
ip link set net0 address 52:54:0a:00:02:01 # machines remember it when the switch is another
[ "$2" = - ] || ip address add "$2" dev net0
[ "$3" = - ] || { echo 0 >/proc/sys/net/ipv6/conf/net0/accept_dad; ip address add "$3" dev net0; }
ip link set net0 up
if [ "$4" = out ]; then
    part vde_switch -s "$1/up" -m 600 --dirmode 700 -t up0
    device up0
    ip address add 10.0.2.15/24 dev up0
    ip link set up0 up
    ip route add default via 10.0.2.2
fi
exec dnsmasq --keep-in-foreground --conf-file="$1/dnsmasq.conf"
