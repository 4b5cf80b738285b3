#!/bin/sh
# Builds a guest image: build.sh OUT SUITE ARCH FLAVOUR [PACKAGE…]
#   OUT      a folder; receives root.qcow2, vmlinuz (vmlinux, too, where QEMU starts that), initrd, packages, manifest.json;
#            for a container root.tar.zst, packages, manifest.json
#   SUITE    Debian's code name: bookworm, trixie, …
#   ARCH     Debian's name: amd64, arm64, …
#   FLAVOUR  micro (busybox init, seconds to ssh) or systemd (with cloud-init)
#   MIRROR   in the environment: address of a Debian mirror; without it, this machine's own Debian sources are used, else Debian's own
#   CONTAINER in the environment, when not empty: a root file system for LXD and Incus, without a kernel
# Needs no root: an ordinary user with an entry in /etc/subuid and newuidmap gets the same image.
set -eu
umask 022 # the guest's files are not only for whoever builds it
out=$1 suite=$2 arch=$3 flavour=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
build=''
trap 'rm -rf "$work"' EXIT
trap '[ -z "$build" ] || kill -- "-$build"; exit 130' INT TERM HUP

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

# What the host's own apt reads, whatever its files look like: "uri release component" of Debian's main archive, one per line.
# A code name at the start of the release is replaced by the suite; backports and other people's archives are left out.
host_sources() {
  # shellcheck disable=SC1091
  name=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # apt substitutes these
  apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v host="$name" -v suite="$suite" '
      $3 == "main" && $1 ~ /\/debian(-security)?\/([^\/]*\/)?$/ {
        part = ""
        if (split($2, release, "-") > 1) part = "-" release[2]
        if ((release[1] == host || release[1] == "stable") && (part == "" || part == "-updates" || part == "-security"))
          print $1, suite part
      }' | awk '!seen[$0]++'
}

# The same for one mirror. Whether it has updates and security fixes is asked of it: a name that does not exist would end the build.
mirror_sources() {
  mirror=${MIRROR%/}
  for place in "$mirror $suite" "$mirror $suite-updates" "$mirror-security $suite-security"; do
    if /usr/lib/apt/apt-helper -o Acquire::Retries=0 download-file "${place% *}/dists/${place#* }/InRelease" "$work/InRelease" >&2; then
      echo "$place"
    elif [ "$place" = "$mirror $suite" ]; then
      fail "$mirror does not answer, or has no $suite"
    fi
  done
}

[ -n "${MIRROR:-}" ] || host_sources >"$work/places"
if [ ! -s "$work/places" ]; then # given, or the host is another system, such as Ubuntu
  MIRROR=${MIRROR:-http://deb.debian.org/debian}
  mirror_sources >"$work/places"
fi
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || fail "no $keyring: install debian-archive-keyring"
while read -r uri release; do
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n' "$uri" "$release" "$keyring"
done <"$work/places" >"$work/debian.sources"

# Programs of another architecture run by an emulator that the kernel is told of. Where the host has not told it, the build does, for
# itself alone: what is registered in a user namespace (Linux 6.7) counts there only, and is gone with it.
native=$(dpkg --print-architecture)
alone='' emulate=true
case $native-$arch in
  "$arch-$arch" | amd64-i386) ;;
  *)
    case $arch in
      arm64) cpu=aarch64 ;;
      armhf) cpu=arm ;;
      ppc64el) cpu=ppc64le ;;
      *) cpu=$arch ;;
    esac
    known=/proc/sys/fs/binfmt_misc emulator=/usr/lib/binfmt.d/qemu-$cpu.conf
    if [ ! -e "$known/qemu-$cpu" ]; then
      [ -e "$emulator" ] || fail "this machine runs no $arch programs: apt-get install qemu-user-static"
      alone=yes
      tell="mount -t binfmt_misc binfmt_misc $known && cat $emulator >$known/register"
      refusal="this machine runs no $arch programs, and its kernel cannot be told of an emulator for one build; for all, as root: $tell"
      emulate="{ $tell; } || { echo 'build.sh: $refusal' >&2; exit 1; }"
      unshare --user --mount true || fail "$refusal"
    fi
    ;;
esac

case $arch in
  amd64 | arm64) kernel=linux-image-cloud-$arch ;;
  armhf) kernel=linux-image-armmp ;;
  i386) kernel=linux-image-686 ;;
  ppc64el) kernel=linux-image-powerpc64le ;;
  *) kernel=linux-image-$arch ;;
esac
include=busybox-static,openssh-server,python3,python3-apt,iproute2,sudo,ca-certificates,netbase
[ "${CONTAINER:-}" ] || include=$kernel,qemu-guest-agent,e2fsprogs,$include
case $suite in
  stretch | buster | bullseye) ;; # hwclock is in util-linux there
  *) include=$include,util-linux-extra ;;
esac
[ "$flavour" = micro ] || include=$include,systemd-sysv,dbus,systemd-resolved,cloud-init
[ "$flavour" = micro ] || [ "${CONTAINER:-}" ] || include=$include,udev,cloud-guest-utils
for package; do include=$include,$package; done

# A mirror that is a snapshot has dates in the past; the host's apt has been told so, and the guest's must know it too.
apt-config dump | grep -E '^Acquire::(Check-Valid-Until|Check-Date) "false"' >"$work/dates" || :
# The way to the mirror from here; it is not the guest's.
apt-config dump | grep -E '^Acquire::https?::[Pp]roxy ' >"$work/proxies" || :

mkdir "$work/in"
cp -R "$here/." "$work/in/"
cp "$work/debian.sources" "$work/dates" "$work/in/"
chmod -R u=rwX,go=rX "$work"

mode=unshare
[ "$(id -u)" -ne 0 ] || mode=root
if [ "$alone" ] && [ "$mode" = root ]; then
  # A user namespace with the users of the host; mmdebstrap makes one itself when it is not root.
  mkfifo "$work/alone" "$work/mapped"
  # shellcheck disable=SC2016
  set -- unshare --user --mount sh -c ': >"$1/alone"; : <"$1/mapped"; shift; exec "$@"' - "$work"
else
  alone=''
  set --
fi
# INITRD=No: Debian's initramfs is never used, and making it takes minutes when the architecture is emulated.
# $1 in the hooks is the root of the new system. Everything goes in and out through mmdebstrap's own channel, because inside its
# user namespace this user's folders need not be readable; what is needed only while building lies under its /tmp.
# shellcheck disable=SC2016
INITRD=No setsid "$@" mmdebstrap --mode="$mode" --variant=minbase --format=null --arch="$arch" --include="$include" \
  --skip=check/qemu,cleanup/apt,cleanup/mmdebstrap,cleanup/reproducible \
  --aptopt='APT::Install-Recommends "false"' --aptopt="$work/dates" --aptopt="$work/proxies" \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --setup-hook="$emulate" \
  --setup-hook='mkdir -p "$1/etc" && printf "do_symlinks = no\n" >"$1/etc/kernel-img.conf"' \
  --customize-hook='mkdir -p "$1/tmp/croft"' \
  --customize-hook="copy-in '$work/in' /tmp/croft" \
  --customize-hook="sh \"\$1/tmp/croft/in/finish.sh\" \"\$1\" $suite $arch $flavour ${CONTAINER:-}" \
  --customize-hook="sync-out /tmp/croft/out '$out'" \
  "$suite" - "$work/debian.sources" &
build=$!
if [ "$alone" ]; then
  : <"$work/alone"
  for map in uid_map gid_map; do
    awk '{ print $1, $1, $3 }' "/proc/self/$map" >"/proc/$build/$map" || { kill "$build"; fail "$refusal"; }
  done
  : >"$work/mapped"
fi
# Whoever asked for the image may be killed; nobody waits for it then. mmdebstrap cleans up when all of it is told to end, and it is
# the only one in its session.
parent=$PPID
(
  while kill -0 "$build" 2>/dev/null; do
    kill -0 "$parent" 2>/dev/null || kill -- "-$build"
    sleep 1
  done
) &
wait "$build"
