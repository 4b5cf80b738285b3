#!/bin/sh
# Puts a network card of this host into a new bridge, or takes it out again, with its addresses, by whatever manages it:
#   sh host_bridge.sh create BRIDGE UPLINK SECONDS | remove BRIDGE - SECONDS | confirm BRIDGE
# Before the first change a process of this host's own is started, which undoes everything after SECONDS unless "confirm" came. So a host
# that cannot be reached any more comes back by itself, whatever became of who called. The bridge has the uplink's MAC: the lease stays.
set -eu
LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
act=$1 bridge=$2
state=/var/lib/croft-bridge/$bridge

refuse() { # WHAT CURE
  echo "$1"
  echo "$2"
  [ -e "$state/manager" ] || rm -rf "$state"
  exit 3
}

link() { ip -d -o link show dev "$1" 2>/dev/null; }
mac() { link "$1" | sed -n 's/.*link\/ether \([0-9a-f:]*\).*/\1/p'; }

gateway_of() { ip -4 route show default dev "$1" | sed -n 's/^default via \([0-9.]*\).*/\1/p' | head -n 1; }

answer() {
  echo "$manager"
  cat "$state/gateway"
}

manager_of() { # UPLINK
  if command -v nmcli >/dev/null && nmcli -g GENERAL.STATE device show "$1" 2>/dev/null | grep -q '^100 (connected)$'; then
    echo networkmanager
  elif command -v netplan >/dev/null && [ -n "$(netplan get "ethernets.$1" 2>/dev/null | grep -v '^null$')" ]; then
    echo netplan
  elif command -v networkctl >/dev/null && networkctl status "$1" 2>/dev/null | grep -q 'Network File: /'; then
    echo networkd
  elif command -v ifup >/dev/null && grep -qsE "^iface $1 inet" /etc/network/interfaces /etc/network/interfaces.d/*; then
    echo ifupdown
  else
    echo plain
  fi
}

check() { # UPLINK
  [ "$(id -u)" = 0 ] || refuse "only root changes the host's network" "run it as root"
  link "$1" >/dev/null || refuse "there is no network card $1" "ip link lists those that there are"
  [ -n "$(mac "$1")" ] || refuse "$1 is no Ethernet card" "ip link lists those that there are"
  [ ! -d "/sys/class/net/$1/wireless" ] || refuse "$1 is a Wi-Fi card, and access points take frames of one MAC only" \
    "mode: nat, or a card with a cable"
  case $(link "$1") in
    *" master "*) refuse "$1 is a port of a bridge or a bond already" "take the bridge or the bond itself as uplink or bridge" ;;
    *" bridge "*) refuse "$1 is a bridge itself" "machines join it by mode: bridge, bridge: $1" ;;
    *" bond "* | *" team "* | *" vlan "*) refuse "$1 is a bond or a VLAN, which Croft puts into no bridge" \
      "make the bridge by what made $1; machines join it by mode: bridge" ;;
  esac
  ! link "$bridge" >/dev/null || refuse "$bridge exists already" "machines join it by mode: bridge, bridge: $bridge"
  if [ "$(cat /proc/sys/net/bridge/bridge-nf-call-iptables 2>/dev/null)" = 1 ] &&
    iptables -S FORWARD 2>/dev/null | grep -q '^-P FORWARD DROP' &&
    ! iptables -C FORWARD -m physdev --physdev-is-bridged -j ACCEPT 2>/dev/null; then
    refuse "this host's firewall drops what it forwards, frames of a bridge too (br_netfilter, FORWARD DROP), as Docker sets it" \
      "iptables -I FORWARD -m physdev --physdev-is-bridged -j ACCEPT"
  fi
}

unbridge() {
  ip link set "$uplink" nomaster 2>/dev/null || true
  ip link delete "$bridge" 2>/dev/null || true
}

solicit() { # DEVICE: it asks for routers as when it came up; they would tell it its IPv6 address minutes later
  switch=/proc/sys/net/ipv6/conf/$1/disable_ipv6
  [ "$(cat "$switch" 2>/dev/null)" = 0 ] || return 0
  echo 1 >"$switch"
  echo 0 >"$switch"
}

# Each manager saves what it needs, changes, and puts back.

save_plain() {
  ip -o -4 address show dev "$uplink" scope global | sed 's/.* inet \([^ ]*\).*/\1/' >"$state/addresses"
  ip -o -6 address show dev "$uplink" scope global | grep -v dynamic | sed 's/.* inet6 \([^ ]*\).*/\1/' >>"$state/addresses"
  ip -4 route show dev "$uplink" | grep -v 'proto kernel' | sed 's/ linkdown//' >"$state/routes" || true
}
move() { # FROM TO
  while read -r address; do
    ip address del "$address" dev "$1" 2>/dev/null || true
    case $address in
      *:*) ip address replace "$address" dev "$2" ;;
      *) ip address replace "$address" broadcast + dev "$2" ;;
    esac
  done <"$state/addresses"
  while read -r route; do
    # shellcheck disable=SC2086 # words
    ip route replace $route dev "$2"
  done <"$state/routes"
}
change_plain() {
  ip link add "$bridge" address "$(mac "$uplink")" type bridge stp_state 0 forward_delay 0
  ip link set "$bridge" mtu "$(link "$uplink" | sed 's/.* mtu \([0-9]*\).*/\1/')" up
  ip link set "$uplink" master "$bridge" up
  move "$uplink" "$bridge"
}
back_plain() {
  ip link set "$uplink" nomaster 2>/dev/null || true
  solicit "$uplink"
  move "$bridge" "$uplink" 2>/dev/null || true
  unbridge
}
keep_plain() {
  echo "Nothing manages $uplink, so this is gone after a reboot. In /etc/network/interfaces these lines would keep it:"
  echo "  auto $bridge"
  echo "  iface $bridge inet dhcp        # or static, with the address"
  echo "    bridge_ports $uplink         # package bridge-utils"
}

save_networkmanager() { nmcli -g GENERAL.CON-UUID device show "$uplink" >"$state/connection"; }
change_networkmanager() {
  keys=ipv4.method,ipv4.addresses,ipv4.gateway,ipv4.dns,ipv4.dns-search,ipv4.routes,ipv6.method,ipv6.addresses,ipv6.gateway,ipv6.dns
  set -- type bridge ifname "$bridge" con-name "croft-$bridge" bridge.stp no bridge.mac-address "$(mac "$uplink")" \
    ipv4.dhcp-client-id mac connection.autoconnect-priority 10
  nmcli -g "$keys" connection show "$(cat "$state/connection")" >"$state/settings" # one line each; what is the user's stays as it is
  while read -r value; do
    [ -z "$value" ] || set -- "$@" "${keys%%,*}" "$(printf %s "$value" | tr -d '\\')"
    keys=${keys#*,}
  done <"$state/settings"
  nmcli connection add "$@" >/dev/null
  nmcli connection add type ethernet ifname "$uplink" con-name "croft-$bridge-port" master "$bridge" slave-type bridge \
    connection.autoconnect-priority 10 >/dev/null
  nmcli -w 0 connection up "croft-$bridge-port" >/dev/null
  nmcli -w 0 connection up "croft-$bridge" >/dev/null
}
back_networkmanager() {
  nmcli connection delete "croft-$bridge-port" "croft-$bridge" >/dev/null 2>&1 || true
  ip link delete "$bridge" 2>/dev/null || true
  # One that NetworkManager made up by itself is gone since the last boot.
  nmcli -w 0 connection up "$(cat "$state/connection")" >/dev/null || nmcli -w 0 device connect "$uplink" >/dev/null
}

save_networkd() {
  networkctl status "$uplink" | sed -n 's/.*Network File: \(\/.*\)/\1/p' >"$state/file"
}
change_networkd() {
  folder=/etc/systemd/network address=$(mac "$uplink")
  mkdir -p $folder
  printf '[NetDev]\nName=%s\nKind=bridge\nMACAddress=%s\n[Bridge]\nSTP=no\nForwardDelaySec=0\n' "$bridge" "$address" >"$folder/05-croft-$bridge.netdev"
  printf '[Match]\nName=%s\n[Network]\nBridge=%s\n' "$uplink" "$bridge" >"$folder/05-croft-$bridge-port.network"
  awk -v name="$bridge" '
    /^\[/ { skip = ($0 == "[Match]" || $0 == "[Link]") }
    !skip { print }
    BEGIN { print "[Match]\nName=" name }' "$(cat "$state/file")" >"$folder/05-croft-$bridge.network"
  chmod 644 "$folder/05-croft-$bridge"*
  networkctl reload
  networkctl reconfigure "$uplink"
}
back_networkd() {
  rm -f "/etc/systemd/network/05-croft-$bridge.netdev" "/etc/systemd/network/05-croft-$bridge-port.network" "/etc/systemd/network/05-croft-$bridge.network"
  networkctl reload
  unbridge
  networkctl reconfigure "$uplink"
}

save_netplan() {
  cp -a /etc/netplan "$state/netplan"
  netplan get "ethernets.$uplink" | grep -vE '^(match|set-name|macaddress):|^  macaddress:' >"$state/settings"
}
change_netplan() {
  netplan set "ethernets.$uplink=null"
  {
    printf 'network:\n  version: 2\n  ethernets:\n    %s: { dhcp4: false, dhcp6: false }\n  bridges:\n    %s:\n' "$uplink" "$bridge"
    printf '      interfaces: [%s]\n      macaddress: %s\n      parameters: { stp: false, forward-delay: 0 }\n' "$uplink" "$(mac "$uplink")"
    sed 's/^/      /' "$state/settings"
  } >"/etc/netplan/90-croft-$bridge.yaml"
  chmod 600 "/etc/netplan/90-croft-$bridge.yaml"
  netplan apply
}
back_netplan() {
  rm -f "/etc/netplan/90-croft-$bridge.yaml"
  cp -a "$state/netplan/." /etc/netplan/
  unbridge
  netplan apply
}

save_ifupdown() {
  cp -a /etc/network/interfaces "$state/interfaces"
  [ ! -d /etc/network/interfaces.d ] || cp -a /etc/network/interfaces.d "$state/interfaces.d"
}
change_ifupdown() {
  ifdown --force "$uplink" >/dev/null 2>&1 || true
  address=$(mac "$uplink")
  for file in /etc/network/interfaces /etc/network/interfaces.d/*; do
    [ -f "$file" ] || continue
    awk -v u="$uplink" '
      $1 ~ /^(auto|allow-.*)$/ && $2 == u { print "# croft: " $0; next }
      $1 ~ /^(iface|auto|source.*|mapping|allow-.*)$/ { mine = ($1 == "iface" && $2 == u) }
      { print (mine ? "# croft: " : "") $0 }' "$file" >"$state/new"
    cat "$state/new" >"$file"
  done
  {
    echo "auto $bridge"
    sed -n "s/^# croft: //p" /etc/network/interfaces /etc/network/interfaces.d/* 2>/dev/null |
      awk -v u="$uplink" -v b="$bridge" -v mac="$address" '
        $1 == "iface" { sub(u, b); print
          if (!done++) {
            print "  pre-up ip link add " b " address " mac " type bridge stp_state 0 forward_delay 0 || true"
            print "  pre-up ip link set " u " master " b " up"
            print "  post-down ip link delete " b " || true"
          }
          next }
        $1 !~ /^(auto|allow-.*)$/ { print }'
  } >"/etc/network/interfaces.d/croft-$bridge"
  grep -qE '^source(-directory)? +/?(etc/network/)?interfaces.d' /etc/network/interfaces ||
    echo "source /etc/network/interfaces.d/croft-$bridge" >>/etc/network/interfaces
  ifup "$bridge" >/dev/null 2>&1
}
back_ifupdown() {
  ifdown --force "$bridge" >/dev/null 2>&1 || true
  rm -f "/etc/network/interfaces.d/croft-$bridge"
  cp -a "$state/interfaces" /etc/network/interfaces
  [ ! -d "$state/interfaces.d" ] || cp -a "$state/interfaces.d/." /etc/network/interfaces.d/
  unbridge
  solicit "$uplink"
  ifup --force "$uplink" >/dev/null 2>&1
}

# The change goes on when the connection of the caller does not: it may be what is changed.
begin() { # CHANGE UNDO
  rm -f "$state/applied" "$state/applying" "$state/failed"
  setsid sh "$state/script" apply "$bridge" "$1" "$2" </dev/null >>"$state/log" 2>&1 &
  answer
}

# Whoever is first decides: the caller that got through again, or the clock.
decide() { mkdir "$state/decided" 2>/dev/null; }

idle() {
  if [ -e "$state/applying" ] && [ ! -e "$state/applied" ] && kill -0 "$(cat "$state/applying")" 2>/dev/null; then
    refuse "another change of $bridge is under way" "it is done or undone within a minute: ip link show $bridge"
  fi
}

read_state() {
  uplink=$(cat "$state/uplink") manager=$(cat "$state/manager")
}

# The clock of an earlier change may still be running.
arm() { # UNDO SECONDS
  rm -rf "$state/decided"
  echo "$$" >"$state/turn"
  setsid sh "$state/script" undo "$bridge" "$1" "$2" "$$" </dev/null >>"$state/log" 2>&1 &
}

case $act in
  create)
    uplink=$3
    idle
    if [ -e "$state/manager" ]; then
      read_state
      if link "$bridge" >/dev/null; then refuse "$bridge exists already, made of $uplink by Croft" "croft network bridge remove $bridge"; fi
    fi
    check "$uplink"
    find "$state" -mindepth 1 ! -name script ! -name log -exec rm -rf {} + # of one that was undone
    manager=$(manager_of "$uplink")
    echo "$uplink" >"$state/uplink"
    gateway_of "$uplink" >"$state/gateway"
    "save_$manager"
    echo "$manager" >"$state/manager"
    arm back "$4"
    begin change back
    ;;
  remove)
    [ -e "$state/manager" ] || refuse "Croft made no bridge $bridge here" "ip link delete $bridge removes one that nobody needs"
    idle
    read_state
    arm change "$4"
    begin back change
    ;;
  run)
    read_state
    "$3_$manager"
    ;;
  apply)
    read_state
    echo "$$" >"$state/applying" # the group of all that it starts
    if sh "$state/script" run "$bridge" "$3"; then # in a process of its own, where the first error is the end
      : >"$state/applied"
    elif decide; then
      "$4_$manager" || true
      tail -n 2 "$state/log" | tr '\n' ' ' >"$state/failed"
    fi
    ;;
  confirm)
    [ -e "$state/manager" ] || refuse "it took too long, and all is as before" "is the host still reached by the same way?"
    read_state
    if [ -e "$state/failed" ]; then
      words=$(cat "$state/failed")
      link "$bridge" >/dev/null || rm -f "$state/manager"
      refuse "$manager could not do it, and all is as before: $words" "do it by hand, or by another manager"
    fi
    [ -e "$state/applied" ] || exit 1
    decide || refuse "it took too long, and all is as before" "is the host still reached by the same way? its log is $state/log"
    [ "$manager" != plain ] || ! link "$bridge" >/dev/null || keep_plain
    link "$bridge" >/dev/null || rm -rf "$state"
    ;;
  undo)
    read_state
    sleep "$4"
    if [ "$(cat "$state/turn")" = "$5" ] && decide; then
      [ -e "$state/applied" ] || kill -9 "-$(cat "$state/applying")" || true # a slow change would go on after this
      "$3_$manager" || true
      [ "$3" != back ] || rm -f "$state/manager"
    fi
    ;;
esac
