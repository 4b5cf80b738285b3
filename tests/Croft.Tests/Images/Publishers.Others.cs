namespace Croft.Tests.Images;

static partial class Publishers
{
    static Dictionary<(string Name, string Arch), (string Url, (string At, string Text)[] Documents)> Others() =>
        new()
        {
            [("opensuse156", "x86_64")] = (
                "https://download.opensuse.org/distribution/leap/15.6/appliances/openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2",
                [
                    (
                        "https://download.opensuse.org/distribution/leap/15.6/appliances/openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2.sha256",
                        "SHA256 openSUSE-Leap-15.6-Minimal-VM.x86_64-Cloud.qcow2\n"
                    ),
                ]
            ),
            [("opensuse", "s390x")] = (
                "https://download.opensuse.org/distribution/leap/16.0/appliances/Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.72.qcow2",
                [
                    ("https://download.opensuse.org/distribution/leap/", "42.3/ 15.5/ 15.6/ 16.0/"),
                    (
                        "https://download.opensuse.org/distribution/leap/16.0/appliances/",
                        "Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.9.qcow2 Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.72.qcow2 Leap-16.0-Minimal-VM.s390x-s390x-Cloud.qcow2"
                    ),
                    (
                        "https://download.opensuse.org/distribution/leap/16.0/appliances/Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.72.qcow2.sha256",
                        "SHA256  Leap-16.0-Minimal-VM.s390x-s390x-Cloud-Build18.72.qcow2\n"
                    ),
                ]
            ),
            [("tumbleweed", "x86_64")] = (
                "https://download.opensuse.org/tumbleweed/appliances/openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261125.qcow2",
                [
                    (
                        "https://download.opensuse.org/tumbleweed/appliances/",
                        "openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261125.qcow2 openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-kvm-and-xen-Snapshot20261126.qcow2"
                    ),
                    (
                        "https://download.opensuse.org/tumbleweed/appliances/openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261125.qcow2.sha256",
                        "SHA256  openSUSE-Tumbleweed-Minimal-VM.x86_64-1.0.0-Cloud-Snapshot20261125.qcow2\n"
                    ),
                ]
            ),
            [("opensuse-tumbleweed", "aarch64")] = (
                "https://download.opensuse.org/ports/aarch64/tumbleweed/appliances/openSUSE-Tumbleweed-Minimal-VM.aarch64-1.0.0-Cloud-Snapshot20261125.qcow2",
                [
                    (
                        "https://download.opensuse.org/ports/aarch64/tumbleweed/appliances/",
                        "openSUSE-Tumbleweed-Minimal-VM.aarch64-1.0.0-Cloud-Snapshot20261125.qcow2"
                    ),
                    (
                        "https://download.opensuse.org/ports/aarch64/tumbleweed/appliances/openSUSE-Tumbleweed-Minimal-VM.aarch64-1.0.0-Cloud-Snapshot20261125.qcow2.sha256",
                        "SHA256  openSUSE-Tumbleweed-Minimal-VM.aarch64-1.0.0-Cloud-Snapshot20261125.qcow2\n"
                    ),
                ]
            ),
            [("arch", "x86_64")] = (
                "https://geo.mirror.pkgbuild.com/images/v20261115.470001/Arch-Linux-x86_64-cloudimg-20261115.470001.qcow2",
                [
                    ("https://geo.mirror.pkgbuild.com/images/", "latest/ v20261101.461111/ v20261115.470001/"),
                    (
                        "https://geo.mirror.pkgbuild.com/images/v20261115.470001/Arch-Linux-x86_64-cloudimg-20261115.470001.qcow2.SHA256",
                        "SHA256  Arch-Linux-x86_64-cloudimg-20261115.470001.qcow2\n"
                    ),
                ]
            ),
            [("arch-basic", "x86_64")] = (
                "https://geo.mirror.pkgbuild.com/images/v20261115.470001/Arch-Linux-x86_64-basic-20261115.470001.qcow2",
                [
                    ("https://geo.mirror.pkgbuild.com/images/", "v20261115.470001/"),
                    (
                        "https://geo.mirror.pkgbuild.com/images/v20261115.470001/Arch-Linux-x86_64-basic-20261115.470001.qcow2.SHA256",
                        "SHA256  Arch-Linux-x86_64-basic-20261115.470001.qcow2\n"
                    ),
                ]
            ),
            [("alpine_stable", "x86_64")] = (
                "https://dl-cdn.alpinelinux.org/alpine/v3.24/releases/cloud/alpine-3.24.2-x86_64-cloudinit-r0.qcow2",
                [
                    (
                        "https://alpinelinux.org/releases.json",
                        "{\"latest_stable\": \"v3.24\", \"release_branches\": [{\"rel_branch\": \"edge\"}, {\"rel_branch\": \"v3.24\", \"releases\": []}, {\"rel_branch\": \"v3.9\"}]}"
                    ),
                    (
                        "https://dl-cdn.alpinelinux.org/alpine/v3.24/releases/cloud/",
                        "nocloud_alpine-3.24.1-x86_64-bios-cloudinit-r0.qcow2 alpine-3.24.2-x86_64-cloudinit-r0.qcow2 alpine-3.24.2-x86_64-cloudinit-metal-r0.qcow2"
                    ),
                    (
                        "https://dl-cdn.alpinelinux.org/alpine/v3.24/releases/cloud/alpine-3.24.2-x86_64-cloudinit-r0.qcow2.sha512",
                        "SHA512\n"
                    ),
                ]
            ),
            [("alpine-3.22", "x86_64")] = (
                "https://dl-cdn.alpinelinux.org/alpine/v3.22/releases/cloud/nocloud_alpine-3.22.10-x86_64-bios-cloudinit-r1.qcow2",
                [
                    (
                        "https://dl-cdn.alpinelinux.org/alpine/v3.22/releases/cloud/",
                        "nocloud_alpine-3.22.4-x86_64-bios-cloudinit-r0.qcow2 nocloud_alpine-3.22.10-x86_64-bios-cloudinit-r1.qcow2 nocloud_alpine-3.22.10-x86_64-uefi-cloudinit-r1.qcow2 nocloud_alpine-3.22.10-x86_64-bios-tiny-r1.qcow2"
                    ),
                    (
                        "https://dl-cdn.alpinelinux.org/alpine/v3.22/releases/cloud/nocloud_alpine-3.22.10-x86_64-bios-cloudinit-r1.qcow2.sha512",
                        "SHA512"
                    ),
                ]
            ),
            [("alpine-3.21-tiny", "aarch64")] = (
                "https://dl-cdn.alpinelinux.org/alpine/v3.21/releases/cloud/nocloud_alpine-3.21.7-aarch64-uefi-tiny-r0.qcow2",
                [
                    ("https://dl-cdn.alpinelinux.org/alpine/v3.21/releases/cloud/", "nocloud_alpine-3.21.7-aarch64-uefi-tiny-r0.qcow2"),
                    (
                        "https://dl-cdn.alpinelinux.org/alpine/v3.21/releases/cloud/nocloud_alpine-3.21.7-aarch64-uefi-tiny-r0.qcow2.sha512",
                        "SHA512"
                    ),
                ]
            ),
            [("freebsd-15", "x86_64")] = (
                "https://download.freebsd.org/releases/VM-IMAGES/15.1-RELEASE/amd64/Latest/FreeBSD-15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs.qcow2.xz",
                [
                    ("https://download.freebsd.org/releases/VM-IMAGES/", "14.4-RELEASE/ 15.0-RELEASE/ 15.1-RELEASE/"),
                    (
                        "https://download.freebsd.org/releases/VM-IMAGES/15.1-RELEASE/amd64/Latest/",
                        "FreeBSD-15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs.qcow2.xz FreeBSD-15.1-RELEASE-amd64-ufs.qcow2.xz"
                    ),
                    (
                        "https://download.freebsd.org/releases/VM-IMAGES/15.1-RELEASE/amd64/Latest/CHECKSUM.SHA512",
                        "SHA512 (FreeBSD-15.1-RELEASE-amd64-BASIC-CLOUDINIT-ufs.qcow2.xz) = SHA512\n"
                    ),
                ]
            ),
            [("freebsd-14.3-zfs", "aarch64")] = (
                "http://ftp-archive.freebsd.org/pub/FreeBSD-Archive/old-releases/VM-IMAGES/14.3-RELEASE/aarch64/Latest/FreeBSD-14.3-RELEASE-arm64-aarch64-BASIC-CLOUDINIT-zfs.qcow2.xz",
                [
                    ("https://download.freebsd.org/releases/VM-IMAGES/", "15.0-RELEASE/ 15.1-RELEASE/"),
                    ("http://ftp-archive.freebsd.org/pub/FreeBSD-Archive/old-releases/VM-IMAGES/", "13.1-RELEASE/ 14.3-RELEASE/"),
                    (
                        "http://ftp-archive.freebsd.org/pub/FreeBSD-Archive/old-releases/VM-IMAGES/14.3-RELEASE/aarch64/Latest/",
                        "FreeBSD-14.3-RELEASE-arm64-aarch64-BASIC-CLOUDINIT-zfs.qcow2.xz"
                    ),
                    (
                        "http://ftp-archive.freebsd.org/pub/FreeBSD-Archive/old-releases/VM-IMAGES/14.3-RELEASE/aarch64/Latest/CHECKSUM.SHA512",
                        "SHA512 (FreeBSD-14.3-RELEASE-arm64-aarch64-BASIC-CLOUDINIT-zfs.qcow2.xz) = SHA512\n"
                    ),
                ]
            ),
            [("gentoo-latest", "x86_64")] = (
                "https://distfiles.gentoo.org/releases/amd64/autobuilds/20261004T164559Z/di-amd64-cloudinit-20261004T164559Z.qcow2",
                [
                    (
                        "https://distfiles.gentoo.org/releases/amd64/autobuilds/latest-di-amd64-cloudinit.txt",
                        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n# Latest as of Sun, 04 Oct 2026\n20261004T164559Z/di-amd64-cloudinit-20261004T164559Z.qcow2 1500000000\n-----BEGIN PGP SIGNATURE-----\n"
                    ),
                    (
                        "https://distfiles.gentoo.org/releases/amd64/autobuilds/20261004T164559Z/di-amd64-cloudinit-20261004T164559Z.qcow2.sha256",
                        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n# SHA256 HASH\nSHA256  di-amd64-cloudinit-20261004T164559Z.qcow2\n-----BEGIN PGP SIGNATURE-----\n"
                    ),
                ]
            ),
            [("cirros", "x86_64")] = (
                "https://download.cirros-cloud.net/0.6.3/cirros-0.6.3-x86_64-disk.img",
                [
                    ("https://download.cirros-cloud.net/version/released", "0.6.3\n"),
                    ("https://download.cirros-cloud.net/0.6.3/MD5SUMS", "MD5  cirros-0.6.3-x86_64-disk.img\n"),
                ]
            ),
            [("flatcar", "x86_64")] = (
                "https://stable.release.flatcar-linux.net/amd64-usr/4593.2.5/flatcar_production_qemu_image.img",
                [
                    (
                        "https://stable.release.flatcar-linux.net/amd64-usr/current/version.txt",
                        "FLATCAR_BUILD=4593\nFLATCAR_VERSION=4593.2.5\nFLATCAR_VERSION_ID=4593.2.5\n"
                    ),
                    (
                        "https://stable.release.flatcar-linux.net/amd64-usr/4593.2.5/flatcar_production_qemu_image.img.DIGESTS",
                        "# MD5 HASH\nMD5  flatcar_production_qemu_image.img\n# SHA512 HASH\nSHA512  flatcar_production_qemu_image.img\n"
                    ),
                ]
            ),
            [("flatcar-beta", "aarch64")] = (
                "https://beta.release.flatcar-linux.net/arm64-usr/4757.1.0/flatcar_production_qemu_uefi_image.img",
                [
                    ("https://beta.release.flatcar-linux.net/arm64-usr/current/version.txt", "FLATCAR_VERSION=4757.1.0\n"),
                    (
                        "https://beta.release.flatcar-linux.net/arm64-usr/4757.1.0/flatcar_production_qemu_uefi_image.img.DIGESTS",
                        "# SHA512 HASH\nSHA512  flatcar_production_qemu_uefi_image.img\n"
                    ),
                ]
            ),
            [("fcos", "x86_64")] = (
                "https://builds.coreos.fedoraproject.org/prod/streams/stable/builds/44.20260707.3.1/x86_64/fedora-coreos-44.20260707.3.1-qemu.x86_64.qcow2.xz",
                [
                    (
                        "https://builds.coreos.fedoraproject.org/streams/stable.json",
                        "{\"stream\": \"stable\", \"architectures\": {\"x86_64\": {\"artifacts\": {\"qemu\": {\"release\": \"44.20260707.3.1\", \"formats\": {\"qcow2.xz\": {\"disk\": {\"location\": \"https://builds.coreos.fedoraproject.org/prod/streams/stable/builds/44.20260707.3.1/x86_64/fedora-coreos-44.20260707.3.1-qemu.x86_64.qcow2.xz\", \"sha256\": \"SHA256\", \"uncompressed-sha256\": \"OTHER256\"}}}}}}}}"
                    ),
                ]
            ),
        };
}
