# Functions that make a Debian/Ubuntu host ready for Croft; sourced by demo and test.
# shellcheck shell=sh

say() { printf '%s\n' "$*" >&2; }

die() {
    say "Error: $1"
    [ $# -lt 2 ] || say "Hint: $2"
    exit 3
}

# Runs a command as root.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "this needs root: $*" "run it as root, or install sudo"
    fi
}

# Runs a command as the user who called sudo, so that what it makes is theirs.
as_caller() {
    if [ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then
        sudo -u "$SUDO_USER" -H --preserve-env=PATH,DOTNET_ROOT,DOTNET_CLI_TELEMETRY_OPTOUT "$@"
    else "$@"
    fi
}

# Gives what root made for the user who called sudo to that user.
give_back() {
    [ -z "${SUDO_UID:-}" ] || as_root chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$@"
}

# Installs the packages of scripts/packages.txt that are missing; those that only tests need with "tests".
install_packages() {
    missing= until='/^# Only/,$d'
    [ "${1:-}" != tests ] || { until='/^# Only .*where/,$d' && install_optional; }
    # shellcheck disable=SC2013 # one package name a line
    for p in $(sed "$until; s/#.*//" "$here/scripts/packages.txt"); do
        dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || missing="$missing $p"
    done
    [ -z "$missing" ] && return
    command -v apt-get >/dev/null || die "missing:$missing" "install them with your system's package manager"
    say "Installing:$missing"
    log=$(mktemp)
    as_root apt-get update -qq >"$log" 2>&1 || :
    # shellcheck disable=SC2086 # a list of words
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >>"$log" 2>&1 ||
        die "apt-get could not install:$missing; $(tail -n 3 "$log")" "see $log"
    rm -f "$log"
    # Tests need the program sshd only: a host that served no ssh before does not begin to.
    case "$missing " in *" openssh-server "*) [ ! -d /run/systemd/system ] || as_root systemctl disable --quiet --now ssh.service ;; esac
}

# Installs what only some tests need, which are skipped without it. Tests start an LXD of their own: a host that had none gets no daemon.
install_optional() {
    [ ! -x /usr/bin/lxd ] && command -v apt-get >/dev/null || return 0
    # A fresh system knows no package yet.
    ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || as_root apt-get update -qq >/dev/null 2>&1 || :
    [ "$(apt-cache policy lxd 2>/dev/null | sed -n 's/^ *Candidate: //p')" != "(none)" ] || return 0
    # shellcheck disable=SC2046 # a list of words
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        $(sed '1,/^# Only .*where/d; s/#.*//' "$here/scripts/packages.txt") >/dev/null 2>&1 || return 0
    [ ! -d /run/systemd/system ] || as_root systemctl disable --quiet --now lxd.socket lxd.service lxcfs.service || :
}

# The .NET 10 SDK: from the system's packages where they have it, otherwise a sentence.
install_dotnet() {
    if command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then return; fi
    if apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1; then
        say "Installing: dotnet-sdk-10.0"
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y dotnet-sdk-10.0 >/dev/null && return
    fi
    die "the .NET 10 SDK is missing and apt has no dotnet-sdk-10.0" \
        "curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0 && export PATH=\"\$HOME/.dotnet:\$PATH\""
}

# Starts libvirtd where nothing did, under a reaper (see docs/troubleshooting.md). Several demos and tests may use it at once: the last one stops what they started.
libvirt_users=/run/lock/croft-libvirt
start_libvirt() {
    [ -e "$libvirt_users" ] || : >"$libvirt_users"
    exec 8<"$libvirt_users"
    flock -s 8
    if as_root virsh -c qemu:///system version >/dev/null 2>&1; then return; fi
    if [ -d /run/systemd/system ]; then
        as_root systemctl start libvirtd
    else
        # As udev would have it: where QEMU's user may not open what libvirt may, libvirt probes QEMU anew before each call.
        if [ -c /dev/kvm ] && [ "$(stat -c %a /dev/kvm)" != 666 ] && getent group kvm >/dev/null; then
            as_root chgrp kvm /dev/kvm
            as_root chmod 660 /dev/kvm
        fi
        as_root mkdir -p /run/libvirt
        for daemon in virtlogd libvirtd; do
            (
                exec 8<&-
                # shellcheck disable=SC2016 # expanded by the inner shell
                as_root setsid sh -c 'echo $$ >"$1"; exec tini -s -- "$2"' - "/run/croft-$daemon.pid" "$daemon" </dev/null >/dev/null 2>&1
            ) &
        done
    fi
    for _ in $(seq 100); do
        as_root virsh -c qemu:///system version >/dev/null 2>&1 && return
        sleep 0.1
    done
    die "libvirtd does not answer 10 s after its start" "run libvirtd in a terminal and read what it says"
}

stop_libvirt() {
    flock -n -x 8 || return 0
    for daemon in virtlogd libvirtd; do
        [ -e "/run/croft-$daemon.pid" ] || continue
        as_root kill "$(cat "/run/croft-$daemon.pid")" 2>/dev/null || :
        as_root rm -f "/run/croft-$daemon.pid"
    done
}
